import type { ReactNode } from 'react';
import { useApi } from '../api/context.tsx';
import { Icon } from './icon.tsx';
import { useSay } from './toasts.tsx';

/** A link out of Belfry: the desktop host hands it to the person's browser, a browser opens a tab. */
export function OutLink({ url, children }: { url: string; children: ReactNode }) {
  const api = useApi();
  const say = useSay();
  if (!/^https?:\/\//i.test(url)) return <span>{children}</span>;
  return (
    <a
      className="out-link"
      href={url}
      target="_blank"
      rel="noreferrer noopener"
      title={url}
      onClick={(event) => {
        if (api.link.host !== 'desktop') return;
        event.preventDefault();
        api.call('shell.open', { url }).catch((error: unknown) => say.failed(error));
      }}
    >
      {children}
      <Icon name="external" size={13} />
    </a>
  );
}
