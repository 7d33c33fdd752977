import '../../../renderer/zod-config.ts';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { createApi } from '../../../renderer/api/api.ts';
import { chooseLink } from '../../../renderer/api/bridge.ts';
import { toCallError } from '../../../renderer/api/call-error.ts';
import { ApiProvider } from '../../../renderer/api/context.tsx';
import { takeFile } from '../../../renderer/api/upload.ts';
import { MediaThumbnail } from '../../../renderer/ui/media-thumbnail.tsx';
import type { ThumbnailWidth } from '../../../shared/index.ts';

export type Shown = { path: string; alt: string; width?: ThumbnailWidth; mime?: string };
export type Sent = { progress: number[]; stored?: { path: string; name: string }; refused?: string };

declare global {
  interface Window {
    /** What a test does with the page. */
    readonly media: {
      show(files: Shown[]): void;
      /** Sends the file that was chosen; with `cancelAt` it is cancelled at that share of it. */
      send(cancelAt?: number): Promise<Sent>;
    };
  }
}

const api = createApi(chooseLink(window));
const root = createRoot(document.getElementById('root') as HTMLElement);
const input = document.createElement('input');
input.type = 'file';
document.body.append(input);

Object.assign(window, {
  media: {
    show: (files: Shown[]) =>
      root.render(
        <StrictMode>
          <ApiProvider api={api}>
            <div style={{ width: '200px' }}>
              {files.map((file) => (
                <MediaThumbnail key={file.alt} {...file} />
              ))}
            </div>
          </ApiProvider>
        </StrictMode>,
      ),
    async send(cancelAt?: number): Promise<Sent> {
      const cancel = new AbortController();
      const progress: number[] = [];
      const [file] = input.files ?? [];
      if (!file) throw new Error('No file was chosen');
      try {
        const stored = await takeFile(api.link, file, {
          signal: cancel.signal,
          onProgress(sent, total) {
            progress.push(sent / total);
            if (cancelAt !== undefined && sent / total >= cancelAt) cancel.abort();
          },
        });
        return { progress, stored };
      } catch (error) {
        return { progress, refused: toCallError(error).code };
      }
    },
  },
});
