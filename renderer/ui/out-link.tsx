import type { ReactNode } from 'react';
import type { Api } from '../api/api.ts';
import { useApi } from '../api/context.tsx';
import { Icon } from './icon.tsx';
import { useSay } from './toasts.tsx';

type OutLinkProps = { url: string; children: ReactNode; look?: 'primary' | 'plain' };

/** A link out of Belfry: the desktop host hands it to the user's browser, a browser opens a tab. With a `look` it is drawn as a button. */
export function OutLink({ url, children, look }: OutLinkProps) {
  const api = useApi();
  const say = useSay();
  if (!/^https?:\/\//i.test(url)) return <span>{children}</span>;
  return (
    <a
      className={look ? `button button-${look}` : 'out-link'}
      href={url}
      target="_blank"
      rel="noreferrer noopener"
      title={look ? undefined : url}
      onClick={(event) => {
        if (api.link.host !== 'desktop') return;
        event.preventDefault();
        openOut(api, url).catch((error: unknown) => say.failed(error));
      }}
    >
      {children}
      <Icon name="external" size={13} />
    </a>
  );
}

/** Opens an address in the user's browser where that needs no click of its own: on the desktop. */
export async function openOut(api: Api, url: string): Promise<void> {
  if (api.link.host === 'desktop') await api.call('shell.open', { url });
}
