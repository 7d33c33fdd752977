import { describe, expect, it } from 'vitest';
import { routeOfLink } from '../../electron/shell/arguments.ts';
import { fileOfRequest, headersFor, isOurPage } from '../../electron/shell/page-files.ts';

describe('the page', () => {
  it.each([
    ['belfry://app/', 'index.html'],
    ['belfry://app/index.html', 'index.html'],
    ['belfry://app/index.html#/runs/1', 'index.html'],
    ['belfry://app/assets/a%20b.js?x=1', 'assets/a b.js'],
    ['belfry://app/../../etc/passwd', 'etc/passwd'],
    ['belfry://app/%2e%2e/%2e%2e/etc/passwd', 'etc/passwd'],
    ['belfry://app/a/%2e%2e%2f%2e%2e%2f%2e%2e%2fetc/passwd', 'etc/passwd'],
  ])('%s is the file %s, inside its folder', (address, file) => {
    expect(fileOfRequest('GET', address)).toBe(file);
  });

  it.each([
    ['POST', 'belfry://app/index.html'],
    ['GET', 'belfry://other/index.html'],
    ['GET', 'https://app/index.html'],
    ['GET', 'belfry://app/%00'],
    ['GET', 'belfry://app/a%5c..%5cb'],
    ['GET', 'belfry://app/C:%2fwindows'],
    ['GET', 'belfry://app/%zz'],
    ['GET', 'nonsense'],
  ])('%s %s is not served', (method, address) => {
    expect(fileOfRequest(method, address)).toBeNull();
  });

  it('trusts its own origin only', () => {
    expect(isOurPage('belfry://app/index.html#/jobs')).toBe(true);
    for (const foreign of [
      'belfry://app.evil/',
      'belfry://application/',
      'https://app/',
      'file:///x',
      'belfry://app',
    ])
      expect(isOurPage(foreign)).toBe(false);
  });

  it('sends types and a policy without any hole', () => {
    const headers = headersFor('assets/index.js');
    expect(headers['content-type']).toBe('text/javascript; charset=utf-8');
    expect(headersFor('x.svg')['content-type']).toBe('image/svg+xml');
    expect(headersFor('x.unknown')['content-type']).toBe('application/octet-stream');
    expect(headers['content-security-policy']).toContain("default-src 'none'");
    expect(headers['content-security-policy']).not.toMatch(/unsafe|\*|http/);
  });
});

describe('a belfry:// link', () => {
  it.each([
    ['belfry://posts/abc-1', '#/posts/abc-1'],
    ['belfry://jobs', '#/jobs'],
    ['belfry://posts/%2e%2e', '#/posts'],
    ['belfry://jobs/', '#/jobs'],
    ['belfry://settings/', '#/settings'],
  ])('%s leads to %s', (link, route) => {
    expect(routeOfLink(link)).toBe(route);
  });

  it.each(['belfry://app/index.html', 'belfry://posts/a/edit', 'https://posts/1', 'x', null])(
    '%s only shows the window',
    (link) => {
      expect(routeOfLink(link)).toBe('');
    },
  );
});
