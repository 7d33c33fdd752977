import { Button, Group, Text } from '@mantine/core';
import { hideNotification, showNotification } from '@mantine/notifications';
import { Check, TriangleAlert } from 'lucide-react';
import { toCallError } from '../api/call-error.ts';
import { explain } from './wording.ts';

export type Say = {
  /** A short confirmation that goes away by itself; `undo` takes back what was done. */
  done(text: string, undo?: () => void): void;
  /** What went wrong; stays until it is closed. */
  failed(error: unknown): void;
};

/** How long what can be undone is offered, in milliseconds. */
const undoMs = 10_000;

const say: Say = {
  done(text, undo) {
    const id = text;
    hideNotification(id);
    const message = undo ? (
      <Group justify="space-between" wrap="nowrap">
        <Text size="sm">{text}</Text>
        <Button
          size="compact-sm"
          variant="subtle"
          onClick={() => {
            hideNotification(id);
            undo();
          }}
        >
          Undo
        </Button>
      </Group>
    ) : (
      text
    );
    showNotification({
      id,
      message,
      color: 'green',
      icon: <Check size={16} />,
      role: 'status',
      ...(undo ? { autoClose: undoMs } : {}),
      closeButtonProps: { 'aria-label': 'Close message' },
    });
  },
  failed(error) {
    const text = explain(toCallError(error));
    hideNotification(text);
    showNotification({
      id: text,
      message: text,
      color: 'red',
      icon: <TriangleAlert size={16} />,
      autoClose: false,
      role: 'alert',
      closeButtonProps: { 'aria-label': 'Close message' },
    });
  },
};

/** The way to say something to the user. */
export function useSay(): Say {
  return say;
}
