import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { thumbnailAddress, uploadAddress, web } from '../../shared/index.ts';
import { startHeadless, until } from '../support/command.ts';
import { launchDesktop } from '../support/desktop/index.ts';
import { temporaryHome } from '../support/home.ts';
import { pictureBytes, realPicture } from '../support/pictures.ts';

const namesIn = (folder: string) => (existsSync(folder) ? readdirSync(folder) : []);

/** Opens the link that a headless host printed, as the page does. */
async function signIn(output: string): Promise<{ base: URL; token: string }> {
  const link = new URL(/window: (\S+)/.exec(output)?.[1] ?? '');
  const code = new URLSearchParams(link.hash.slice(1)).get(web.codeParameter);
  const answer = await fetch(new URL(web.paths.session, link), {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ code }),
  });
  const { value } = (await answer.json()) as { value: { token: string } };
  return { base: link, token: value.token };
}

test('after a kill in the middle of an upload the next start leaves nothing of it', async () => {
  const home = temporaryHome();
  const host = await startHeadless(home);
  const { base, token } = await signIn(host.output());
  const headers = { [web.tokenHeader]: token };
  const content = await pictureBytes('jpg', { noise: true });
  const whole = await fetch(new URL(uploadAddress('whole.jpg'), base), {
    method: 'POST',
    headers,
    body: new Uint8Array(content),
  });
  expect(await whole.json()).toMatchObject({ ok: true, value: { type: 'image/jpeg' } });
  const kept = namesIn(join(home, 'uploads'));
  expect(kept).toHaveLength(1);

  const socket = connect(Number(base.port), '127.0.0.1').on('error', () => {});
  onTestFinished(() => void socket.destroy());
  socket.write(
    `POST ${uploadAddress('a.jpg')} HTTP/1.1\r\nhost: ${base.host}\r\n${web.tokenHeader}: ${token}\r\ncontent-length: ${content.byteLength}\r\n\r\n`,
  );
  socket.write(content.subarray(0, 100_000));
  await until('the file is on its way', () => namesIn(join(home, 'uploads')).length === 2);
  host.child.kill('SIGKILL');
  await host.exited;
  expect(namesIn(join(home, 'uploads'))).toHaveLength(2);

  await startHeadless(home);
  expect(namesIn(join(home, 'uploads'))).toEqual(kept);
});

test('the window of the desktop shows pictures by themselves, knows where files lie and sends what is pasted', async () => {
  const home = temporaryHome();
  const pictures = join(home, 'my pictures');
  mkdirSync(pictures);
  const path = await realPicture(pictures, 'photo.jpg', { width: 1200, height: 800, orientation: 6 });
  const desktop = await launchDesktop({ home });
  const page = await desktop.app.firstWindow();
  await page.getByRole('heading').first().waitFor();
  const size = await page.evaluate(
    async (src) => {
      const image = new Image();
      image.src = src;
      await image.decode();
      return [image.naturalWidth, image.naturalHeight];
    },
    thumbnailAddress(path, 320),
  );
  expect(size).toEqual([320, 480]);

  const content = await pictureBytes('png', { width: 300, height: 200, noise: true });
  const stored = await page.evaluate(
    ([address, bytes]) =>
      new Promise((resolve, reject) => {
        const request = new XMLHttpRequest();
        request.open('POST', address);
        request.onload = () => resolve(JSON.parse(request.responseText));
        request.onerror = () => reject(new Error('not sent'));
        request.send(new Uint8Array(bytes));
      }),
    [uploadAddress('pasted.png'), [...content]] as const,
  );
  expect(stored).toMatchObject({
    ok: true,
    value: { type: 'image/png', width: 300, bytes: content.byteLength },
  });

  await page.evaluate(() => {
    const input = document.createElement('input');
    input.type = 'file';
    document.body.append(input);
  });
  await page.locator('input[type=file]').last().setInputFiles(path);
  const found = await page.evaluate(() => {
    const file = document.querySelector<HTMLInputElement>('input[type=file]:last-of-type')?.files?.[0];
    const { belfry } = window as unknown as { belfry: { pathOfFile?: (given: File) => string } };
    return file && (belfry.pathOfFile?.(file) ?? (file as File & { path?: string }).path);
  });
  expect(found).toBe(path);
});
