import { Group, Kbd, Modal, Stack, Text } from '@mantine/core';
import { type HotkeyItem, useDisclosure, useHotkeys } from '@mantine/hooks';
import { useNavigate } from '@tanstack/react-router';
import { sections } from './navigation.tsx';

/** The key that commands begin with on this system. */
export const commandKey = /mac/i.test(navigator.platform) ? '⌘' : 'Ctrl';

/** The keys that work on every page, and the dialog (?) that lists them. */
export function Shortcuts() {
  const navigate = useNavigate();
  const [shown, dialog] = useDisclosure(false);
  const keys: HotkeyItem[] = [
    ['n', () => void navigate({ to: '/new-post' })],
    ['shift+?', dialog.toggle],
    ...sections.map(({ to }, at): HotkeyItem => [`alt+${at + 1}`, () => void navigate({ to })]),
  ];
  useHotkeys(keys);
  return (
    <Modal opened={shown} onClose={dialog.close} title="Keyboard shortcuts">
      <Stack gap="xs">
        <Shortcut keys={[commandKey, 'K']} text="Search or run a command" />
        <Shortcut keys={['N']} text="New post" />
        {sections.map(({ text }, at) => (
          <Shortcut key={text} keys={['Alt', String(at + 1)]} text={text} />
        ))}
        <Shortcut keys={[commandKey, 'Enter']} text="Save or send a form" />
        <Shortcut keys={['Esc']} text="Close a dialog, empty a search" />
        <Shortcut keys={['?']} text="This list" />
      </Stack>
    </Modal>
  );
}

function Shortcut({ keys, text }: { keys: readonly string[]; text: string }) {
  return (
    <Group justify="space-between">
      <Text size="sm">{text}</Text>
      <Group gap={4}>
        {keys.map((key) => (
          <Kbd key={key}>{key}</Kbd>
        ))}
      </Group>
    </Group>
  );
}
