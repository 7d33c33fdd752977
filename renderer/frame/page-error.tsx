import { Alert, Button, Code, Stack, Title } from '@mantine/core';
import type { ErrorComponentProps } from '@tanstack/react-router';
import { RotateCcw } from 'lucide-react';

/** Keeps a mistake of ours inside one page: navigation and header stay, and the page can be tried again. */
export function PageError({ error, reset }: ErrorComponentProps) {
  return (
    <Stack p="lg" align="flex-start">
      <Title order={1}>This page could not be shown</Title>
      <Alert color="red" title="That is a bug in Belfry. Your jobs and posts go on.">
        Please report it with this text: <Code>{error instanceof Error ? error.message : String(error)}</Code>
      </Alert>
      <Button leftSection={<RotateCcw size={14} />} onClick={reset}>
        Try again
      </Button>
    </Stack>
  );
}
