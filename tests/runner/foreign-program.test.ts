import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { foreignTo, resolveProgram } from '../../electron/runner/commands/prepare.ts';
import { temporaryHome } from '../support/home.ts';

/** The first bytes of a 64-bit ELF file. */
function elf(machine: number, order: 'little' | 'big' = 'little'): Buffer {
  const head = Buffer.alloc(64);
  head.write('\x7fELF', 'latin1');
  head[4] = 2;
  head[5] = order === 'little' ? 1 : 2;
  if (order === 'little') head.writeUInt16LE(machine, 18);
  else head.writeUInt16BE(machine, 18);
  return head;
}

test.each([
  ['x64', elf(62), null],
  ['x64', elf(3), null],
  ['x64', elf(183), 'ARM (64 bit)'],
  ['arm64', elf(62), 'x86 (64 bit)'],
  ['arm64', elf(40), null],
  ['x64', elf(22, 'big'), 'IBM Z'],
  ['x64', elf(9999), 'another processor (machine 9999)'],
  ['x64', Buffer.from('cffaedfe0c000001000000000200000010000000', 'hex'), 'macOS'],
  ['x64', Buffer.from('MZ'.padEnd(64, '\0')), 'Windows'],
  ['x64', Buffer.from('#!/bin/sh\necho a script of some length\n'), null],
  ['x64', Buffer.from('MZ'), null],
  ['mips', elf(183), null],
] as const)('on %s: what a program was made for', (architecture, head, madeFor) => {
  expect(foreignTo(architecture, head)).toBe(madeFor);
});

test.runIf(process.platform === 'linux')(
  'a program for another processor is refused by its name, the real shell is not',
  async () => {
    const where = 'step "Go" of job "a"';
    const folder = temporaryHome();
    const file = join(folder, 'tool');
    writeFileSync(file, elf(process.arch === 'arm64' ? 62 : 183));
    chmodSync(file, 0o755);
    await expect(
      resolveProgram('./tool', { folder, environment: { PATH: '/usr/bin:/bin' }, where }),
    ).rejects.toThrow(
      /^COMMAND_NOT_FOUND: The program ".\/tool" cannot be run, step .*tool is a program for (ARM|x86) \(64 bit\), and not for this machine\. Install the one/,
    );
    const shell = await resolveProgram('sh', { folder, environment: { PATH: '/usr/bin:/bin' }, where });
    expect(readFileSync(shell).length).toBeGreaterThan(0);
  },
);
