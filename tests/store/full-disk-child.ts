// Child of full-disk.test.ts: makes config.json in the home in argv[2] larger and prints what came of it.
import { confFile } from '../../electron/store/config-file.ts';

try {
  const name = 'a'.repeat(2000);
  confFile(process.argv[2] ?? '').write({ workspaces: [{ id: 'w', cwd: name, command: [name] }] });
  console.log('written');
} catch (error) {
  console.log(error instanceof Error ? error.message : error);
}
