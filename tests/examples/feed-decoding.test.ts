import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { loopback } from '../accounts/server.ts';
import { temporaryHome } from '../support/home.ts';
import { feed } from './command.ts';

const text = (head: string) =>
  `${head}<rss version="2.0"><channel><item><title>Größe</title></item></channel></rss>`;
const declared = (name: string) => text(`<?xml version="1.0" encoding="${name}"?>`);
const latin = (xml: string) => Buffer.from(xml, 'latin1');
const wide = (xml: string) => Buffer.from(xml, 'utf16le');
const turned = (bytes: Buffer) => Buffer.from(bytes).swap16();

/** The first post of a feed from a server that says `type`, or from a file where that is null; else what it complains of. */
async function read(bytes: Buffer, type: string | null): Promise<string> {
  const cwd = temporaryHome();
  let where = 'feed.xml';
  if (type === null) writeFileSync(join(cwd, where), bytes);
  else {
    const server = await loopback((_, response) => {
      response.writeHead(200, { 'content-type': type }).end(bytes);
    });
    where = server.url;
  }
  const { code, stderr } = await feed(cwd, ['ingest', '--feed', where]);
  if (code !== 0) return stderr;
  await feed(cwd, ['deduplicate']);
  const { stdout } = await feed(cwd, ['draft', '--accounts', 'demo']);
  return JSON.parse(stdout).text;
}

const rss = 'application/rss+xml';

test.each<[string, Buffer, string | null]>([
  ['UTF-8 without a word', Buffer.from(text('')), rss],
  ['the Content-Type', latin(text('')), `${rss}; charset=windows-1252`],
  ['the Content-Type in quotes', latin(text('')), `${rss}; Charset = "ISO-8859-1"; x=y`],
  ['the declaration', latin(declared('iso-8859-1')), rss],
  [
    'the declaration, where the Content-Type does not fit',
    latin(declared('windows-1252')),
    `${rss}; charset=utf-8`,
  ],
  ['the Content-Type before the declaration', Buffer.from(declared('windows-1252')), `${rss}; charset=utf-8`],
  ['a mark before both', Buffer.from(`\ufeff${declared('koi8-r')}`), `${rss}; charset=windows-1252`],
  ['UTF-16 by its mark', Buffer.concat([Buffer.from([0xfe, 0xff]), turned(wide(text('')))]), rss],
  ['UTF-16 without a mark', wide(declared('utf-16')), null],
  ['UTF-16 the other way round, without a mark', turned(wide(declared('utf-16'))), null],
  ['UTF-8 that says UTF-16', Buffer.from(declared('utf-16')), null],
])('%s decides', async (_, bytes, type) => {
  expect(await read(bytes, type)).toBe('Größe');
});

test.each<[string, Buffer, string | null, RegExp]>([
  [
    'bytes that are no UTF-8',
    latin(text('')),
    null,
    /Tried: "utf-8" \(the rule for XML\) does not fit byte 44\./,
  ],
  [
    'a mark that lies',
    Buffer.concat([Buffer.from('\ufeff'), latin(declared('windows-1252'))]),
    null,
    /Tried: "utf-8" \(its first bytes\) does not fit byte/,
  ],
  [
    'two words, both wrong',
    latin(declared('klingon')),
    `${rss}; charset=utf-8`,
    /Tried: "utf-8" \(the Content-Type\) does not fit byte \d+; "klingon" \(the XML declaration\) is unknown to this Node\./,
  ],
  [
    'UTF-32',
    Buffer.from([0xff, 0xfe, 0, 0, 0x3c, 0, 0, 0]),
    null,
    /Tried: "utf-32le" \(its first bytes\) is unknown to this Node\./,
  ],
])('%s: nothing is published, and what was tried is named', async (_, bytes, type, why) => {
  const said = await read(bytes, type);
  expect(said).toMatch(/^FEED_BROKEN: The feed cannot be decoded, /);
  expect(said).toMatch(why);
  expect(said).toMatch(/Ask its maker for UTF-8\.\n$/);
});
