import { open, readdir } from 'node:fs/promises';

/** Machines of ELF files by number (ELF specification, `e_machine`; numbers from the System V ABI's registry). */
const elfMachines: Record<number, string> = {
  3: 'x86 (32 bit)',
  8: 'MIPS',
  20: 'PowerPC',
  21: 'PowerPC (64 bit)',
  22: 'IBM Z',
  40: 'ARM (32 bit)',
  62: 'x86 (64 bit)',
  183: 'ARM (64 bit)',
  243: 'RISC-V',
  258: 'LoongArch',
};

/** What each architecture of Node's runs itself; 32-bit programs may run beside those of 64 bit. */
const own: Partial<Record<NodeJS.Architecture, readonly number[]>> = {
  x64: [62, 3],
  ia32: [3],
  arm64: [183, 40],
  arm: [40],
  ppc64: [21, 20],
  s390x: [22],
  riscv64: [243],
  loong64: [258],
};

/**
 * What a program's first 20 bytes say it was made for, when Linux on `architecture` cannot run that; null when it can, or
 * when they say nothing. Without this a shell tries to read the file as a script and says "not found".
 */
export function foreignTo(architecture: NodeJS.Architecture, head: Uint8Array): string | null {
  const bytes = Buffer.from(head);
  if (bytes.length < 20) return null;
  const magic = bytes.readUInt32BE(0);
  if ([0xfeedface, 0xfeedfacf, 0xcefaedfe, 0xcffaedfe, 0xcafebabe].includes(magic)) return 'macOS';
  if (magic !== 0x7f454c46) return bytes.toString('latin1', 0, 2) === 'MZ' ? 'Windows' : null;
  const machine = bytes[5] === 2 ? bytes.readUInt16BE(18) : bytes.readUInt16LE(18);
  const runs = own[architecture];
  if (!runs || runs.includes(machine)) return null;
  return elfMachines[machine] ?? `another processor (machine ${machine})`;
}

/** The same for a file; null on other systems than Linux, and where an emulator is set up for such programs (binfmt_misc). */
export async function foreignProgram(file: string): Promise<string | null> {
  if (process.platform !== 'linux') return null;
  const made = await open(file).then(
    async (handle) => {
      try {
        const { buffer, bytesRead } = await handle.read(Buffer.alloc(20), 0, 20, 0);
        return foreignTo(process.arch, buffer.subarray(0, bytesRead));
      } finally {
        await handle.close();
      }
    },
    () => null, // A program may be executable and not readable.
  );
  return made !== null && (await hasEmulators()) ? null : made;
}

async function hasEmulators(): Promise<boolean> {
  const entries = await readdir('/proc/sys/fs/binfmt_misc').catch(() => []); // Not mounted: none can be set up.
  return entries.some((name) => !['register', 'status'].includes(name));
}
