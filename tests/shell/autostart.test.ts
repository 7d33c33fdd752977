import { expect, it } from 'vitest';
import { autostartEntry, autostartFile } from '../../electron/shell/machine.ts';

it('belongs into the autostart folder of the user', () => {
  expect(autostartFile({}, '/home/a', 'belfry')).toBe('/home/a/.config/autostart/belfry.desktop');
  expect(autostartFile({ XDG_CONFIG_HOME: '/c' }, '/home/a', 'belfry')).toBe('/c/autostart/belfry.desktop');
  expect(autostartFile({ XDG_CONFIG_HOME: 'relative' }, '/home/a', 'b')).toBe(
    '/home/a/.config/autostart/b.desktop',
  );
});

it('names the command, hidden', () => {
  const entry = autostartEntry(['/opt/Belfry/belfry', '--hidden']);
  expect(entry).toMatch(/^\[Desktop Entry\]\nType=Application\n/);
  expect(entry).toContain('\nExec=/opt/Belfry/belfry --hidden\n');
  expect(entry).toContain('\nTerminal=false\n');
});

it.each([
  ['/home/a b/belfry', '"/home/a b/belfry"'],
  ['100%', '"100%%"'],
  ['--home=/x', '--home=/x'],
  ['say "hi"', '"say \\\\"hi\\\\""'],
  ['$HOME', '"\\\\$HOME"'],
  ['a`b', '"a\\\\`b"'],
  ['back\\slash', '"back\\\\\\\\slash"'],
])('quotes %s as the specification says', (argument, quoted) => {
  expect(autostartEntry([argument])).toContain(`\nExec=${quoted}\n`);
});
