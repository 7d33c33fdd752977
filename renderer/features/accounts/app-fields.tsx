import { OutLink } from '../../ui/out-link.tsx';
import { TextField } from './text-field.tsx';

/** The user's app at Meta, as typed; the secret is never kept in the page. */
export type AppText = { id: string; secret: string; redirectUri: string };
export const noApp: AppText = { id: '', secret: '', redirectUri: 'https://localhost/belfry' };

type AppFieldsProps = {
  app: AppText;
  onChange: (app: AppText) => void;
  mistakes: Record<string, string>;
  name: string;
};

/** Meta lets only registered apps act for people, so the user brings an app of their own, once. */
export function AppFields({ app, onChange, mistakes, name }: AppFieldsProps) {
  return (
    <fieldset className="field form">
      <legend>Your app at Meta</legend>
      <p className="field-hint">
        Meta signs people in to registered apps only. Make one at{' '}
        <OutLink url="https://developers.facebook.com/apps/">developers.facebook.com</OutLink>, switch it to
        Live, and enter what its settings show. Belfry keeps the secret encrypted and asks only once.
      </p>
      <TextField
        label={`${name} app id`}
        inputMode="numeric"
        value={app.id}
        error={mistakes['id']}
        onChange={(id) => onChange({ ...app, id: id.trim() })}
      />
      <TextField
        label={`${name} app secret`}
        secret
        value={app.secret}
        error={mistakes['secret']}
        onChange={(secret) => onChange({ ...app, secret: secret.trim() })}
      />
      <TextField
        label="Redirect URI"
        inputMode="url"
        value={app.redirectUri}
        error={mistakes['redirectUri']}
        hint="Enter the same address in the settings of the app, among the valid OAuth redirect URIs."
        onChange={(redirectUri) => onChange({ ...app, redirectUri: redirectUri.trim() })}
      />
    </fieldset>
  );
}
