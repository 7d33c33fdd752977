import { MantineProvider } from '@mantine/core';
import { ModalsProvider } from '@mantine/modals';
import { Notifications } from '@mantine/notifications';
import { type QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import type { Api } from './api/api.ts';
import { ApiProvider } from './api/context.tsx';
import type { createPages } from './routes.tsx';
import { cssVariables, theme } from './theme.ts';

type AppProps = { api: Api; queries: QueryClient; pages: ReturnType<typeof createPages>; nonce: string };

/** The window. `nonce` is the one that the page's content security policy admits style elements by. */
export function App({ api, queries, pages, nonce }: AppProps) {
  return (
    <ApiProvider api={api}>
      <QueryClientProvider client={queries}>
        <MantineProvider
          theme={theme}
          cssVariablesResolver={cssVariables}
          defaultColorScheme="auto"
          getStyleNonce={() => nonce}
        >
          <ModalsProvider>
            <Notifications position="bottom-center" limit={3} autoClose={6000} />
            <RouterProvider router={pages} />
          </ModalsProvider>
        </MantineProvider>
      </QueryClientProvider>
    </ApiProvider>
  );
}
