import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { z } from 'zod';
import { createApi } from './api/api.ts';
import { chooseLink } from './api/bridge.ts';
import { App } from './app.tsx';
import { startTheme } from './parts/theme.ts';
import './styles/index.css';

// zod would otherwise try to compile its checks, which the content security policy rightly refuses.
z.config({ jitless: true });

startTheme();
const api = createApi(chooseLink(window));
const root = document.getElementById('root');
if (root) {
  createRoot(root).render(
    <StrictMode>
      <App api={api} />
    </StrictMode>,
  );
}
