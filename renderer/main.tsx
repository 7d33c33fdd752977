// Before all that makes schemas.
import './zod-config.ts';
import { setNonce } from 'get-nonce';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { createApi } from './api/api.ts';
import { chooseLink } from './api/bridge.ts';
import { createQueries, followAnnouncements } from './api/queries.ts';
import { timer } from './api/timer.ts';
import { App } from './app.tsx';
import { createPages } from './routes.tsx';
import { allowStyleRules } from './trusted-types.ts';
import './styles/layers.css';
import '@mantine/core/styles.layer.css';
import '@mantine/notifications/styles.layer.css';
import '@mantine/spotlight/styles.layer.css';
import './styles/index.css';

allowStyleRules(Reflect.get(window, 'trustedTypes'));

const api = createApi(chooseLink(window));
const queries = createQueries();
followAnnouncements(api, queries, timer);

const root = document.getElementById('root');
// The build puts the page's nonce on its scripts; only scripts can read it there.
const nonce = document.querySelector<HTMLElement>('script[nonce]')?.nonce ?? '';
setNonce(nonce); // For the styles that dialogs lock the page's scrolling with.
if (root) {
  createRoot(root).render(
    <StrictMode>
      <App api={api} queries={queries} pages={createPages()} nonce={nonce} />
    </StrictMode>,
  );
}
