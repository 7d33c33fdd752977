import { Button, Group, Modal, Radio, Select, SimpleGrid, Stack, Text, TextInput } from '@mantine/core';
import { useState } from 'react';
import { type AccountMediaView, type AccountView, networkFacts } from '../../../shared/index.ts';
import { useApi } from '../../api/context.tsx';
import { useAction } from '../../api/use-action.ts';
import { ErrorNote } from '../../ui/note.tsx';
import { problemAt } from '../../ui/problems.ts';
import { useSay } from '../../ui/toasts.tsx';
import { useKept } from '../../ui/use-kept.ts';
import { needsAddress } from './account-facts.tsx';
import { draftOfMedia, type KeyDraft, type MediaDraft, readMedia } from './media-draft.ts';

const fits = [
  { value: 'default', label: 'As in settings' },
  { value: 'refuse', label: 'Stop the post' },
  { value: 'pad', label: 'Add bars' },
  { value: 'crop', label: 'Crop to fit' },
] as const;
const noKey: KeyDraft = { keyId: '', secret: '' };

type DialogProps = {
  account: AccountView;
  accounts: readonly AccountView[];
  view: AccountMediaView;
  onClose: () => void;
};

/** How an account's pictures are fitted, and where they get the public address that Instagram fetches them from. */
export function MediaDialog({ account, accounts, view, onClose }: DialogProps) {
  const api = useApi();
  const say = useSay();
  const saving = useAction();
  const [stored] = useState(() => draftOfMedia(view));
  const [draft, setDraft, forget] = useKept<MediaDraft>(`media.${account.id}`, stored);
  const [key, setKey] = useState(noKey);
  const [tried, setTried] = useState(false);
  const checked = readMedia(account.id, draft, key);
  const problems = tried && !checked.ok ? checked.problems : [];
  const change = (part: Partial<MediaDraft>) => setDraft({ ...draft, ...part });
  const lenders = accounts.filter(
    ({ id, network }) => id !== account.id && networkFacts[network].lendsAddresses,
  );
  const cancel = () => {
    forget();
    onClose();
  };
  const save = () =>
    saving.run(async () => {
      setTried(true);
      if (!checked.ok) return;
      await api.call('accounts.setMedia', checked.value);
      forget();
      say.done(`Media of ${account.handle} saved.`);
      onClose();
    });
  return (
    <Modal opened onClose={cancel} title={`Pictures and videos of ${account.handle}`} size="lg">
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void save();
        }}
      >
        <Stack>
          <Select
            label="When a picture does not fit"
            description={`For shapes that ${networkFacts[account.network].title} does not take.`}
            data={fits}
            allowDeselect={false}
            value={draft.fit}
            onChange={(fit) => fit && change({ fit })}
          />
          {needsAddress(account) && (
            <>
              <Radio.Group
                label="Public address"
                description="Instagram downloads media from the web, so each file needs a public address while it is posted."
                value={draft.via}
                onChange={(via) => change({ via: via as MediaDraft['via'] })}
              >
                <Stack gap="xs" mt="xs">
                  <Radio
                    value="account"
                    label="Another account of yours"
                    description="The file is uploaded to a Mastodon-like server or a Facebook Page, without a post."
                  />
                  <Radio
                    value="bucket"
                    label="Your storage bucket"
                    description="Amazon S3, Cloudflare R2, Backblaze B2, MinIO or another S3-compatible service."
                  />
                  <Radio
                    value="given"
                    label="Only addresses in the posts"
                    description="Files on this computer cannot be posted to this account then."
                  />
                </Stack>
              </Radio.Group>
              {draft.via === 'account' && (
                <Select
                  label="Account that hosts the files"
                  placeholder={lenders.length > 0 ? 'Choose an account' : 'No suitable account yet'}
                  data={lenders.map(({ id, handle }) => ({ value: id, label: handle }))}
                  value={draft.account || null}
                  error={problemAt(problems, 'media.host.account') && 'Choose an account.'}
                  onChange={(value) => change({ account: value ?? '' })}
                />
              )}
              {draft.via === 'bucket' && (
                <BucketFields
                  draft={draft}
                  keyDraft={key}
                  hasKey={view.hasBucketKey}
                  mistake={(place) => problemAt(problems, place)}
                  change={change}
                  setKey={setKey}
                />
              )}
            </>
          )}
          {saving.error && <ErrorNote error={saving.error} />}
          <Group justify="flex-end">
            <Button onClick={cancel}>Cancel</Button>
            <Button type="submit" variant="filled" loading={saving.busy}>
              Save
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}

type BucketProps = {
  draft: MediaDraft;
  keyDraft: KeyDraft;
  hasKey: boolean;
  mistake: (place: string) => string | undefined;
  change: (part: Partial<MediaDraft>) => void;
  setKey: (key: KeyDraft) => void;
};

function BucketFields({ draft, keyDraft, hasKey, mistake, change, setKey }: BucketProps) {
  const field = (name: keyof MediaDraft, label: string, hint: string) => (
    <TextInput
      label={label}
      description={hint}
      spellCheck={false}
      autoComplete="off"
      value={draft[name]}
      error={mistake(`media.host.${name}`)}
      onChange={(event) => change({ [name]: event.currentTarget.value.trim() })}
    />
  );
  const secret = (name: keyof KeyDraft, label: string) => (
    <TextInput
      label={label}
      type={name === 'secret' ? 'password' : 'text'}
      autoComplete="off"
      spellCheck={false}
      placeholder={hasKey ? 'Stored; leave empty to keep it' : undefined}
      value={keyDraft[name]}
      error={mistake(`key.${name}`)}
      onChange={(event) => setKey({ ...keyDraft, [name]: event.currentTarget.value })}
    />
  );
  return (
    <Stack gap="sm">
      {field('endpoint', 'Endpoint', 'Such as https://s3.eu-central-1.amazonaws.com')}
      <SimpleGrid cols={{ base: 1, sm: 2 }} spacing="sm">
        {field('bucket', 'Bucket', 'Its name')}
        {field('region', 'Region', 'auto, where the service has none')}
      </SimpleGrid>
      {field('publicUrl', 'Address of the bucket', 'Where anyone can read the files of this bucket')}
      <SimpleGrid cols={{ base: 1, sm: 2 }} spacing="sm">
        {field('prefix', 'Folder', 'In the bucket, ending with /')}
        {field('removeAfterDays', 'Remove files after days', 'Empty: never')}
        {secret('keyId', 'Access key ID')}
        {secret('secret', 'Secret access key')}
      </SimpleGrid>
      <Text size="sm" c="dimmed">
        The key is stored encrypted and never shown again.
      </Text>
    </Stack>
  );
}
