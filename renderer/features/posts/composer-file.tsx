import { Button, Group, Modal, Stack, Textarea, TextInput } from '@mantine/core';
import { graphemes } from '../../../shared/index.ts';
import { Remarks } from '../../ui/field.tsx';
import type { DraftMedia } from './composer-draft.ts';
import { ComposerFocus } from './composer-focus.tsx';
import type { Said } from './composer-notes.ts';
import classes from './composer-strip.module.css';

type FileProps = {
  file: DraftMedia;
  /** Such as `file 1` or `file 1 of part 2`. */
  name: string;
  remarks: { error: Said; advice: Said; altError: Said; altAdvice: Said } | undefined;
  onChange: (part: Partial<DraftMedia>) => void;
  onClose: () => void;
};

/** One file: what it shows in words, and what must stay in sight when it is cropped. */
export function FileDialog({ file, name, remarks, onChange, onClose }: FileProps) {
  const title = `${name.slice(0, 1).toUpperCase()}${name.slice(1)}`;
  const { focus = null, url = '' } = file;
  return (
    <Modal opened onClose={onClose} title={file.name ? `${title}: ${file.name}` : title} size="xl">
      <div className={classes['dialog']}>
        <ComposerFocus
          path={file.path.trim()}
          name={name}
          focus={focus}
          onChange={(point) => onChange({ focus: point })}
        />
        <Stack gap="sm">
          {!file.name && (
            <TextInput
              label="Path"
              description="On the computer that Belfry runs on"
              value={file.path}
              spellCheck={false}
              data-autofocus={file.path === '' || undefined}
              error={remarks?.error?.join(' ')}
              onChange={(event) => onChange({ path: event.currentTarget.value })}
            />
          )}
          <Textarea
            label={`Description of ${name}`}
            description="For people who cannot see it: what matters in the picture"
            autosize
            minRows={4}
            maxRows={10}
            value={file.alt}
            data-autofocus={file.path !== '' || undefined}
            error={remarks?.altError?.join(' ')}
            onChange={(event) => onChange({ alt: event.currentTarget.value })}
            inputWrapperOrder={['label', 'description', 'input', 'error']}
          />
          <span className={classes['count']}>{graphemes(file.alt).toLocaleString('en-GB')} characters</span>
          <Remarks
            errors={file.name ? remarks?.error : undefined}
            advice={[...(remarks?.advice ?? []), ...(remarks?.altAdvice ?? [])]}
          />
          <TextInput
            label="Public address"
            description="If the same file is on the web already, for networks that fetch it themselves"
            placeholder="https://"
            value={url}
            spellCheck={false}
            onChange={(event) => onChange({ url: event.currentTarget.value })}
          />
          <Group justify="flex-end">
            <Button variant="filled" onClick={onClose}>
              Done
            </Button>
          </Group>
        </Stack>
      </div>
    </Modal>
  );
}
