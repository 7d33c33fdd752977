import type { Status, Warning } from '../../shared/index.ts';
import { useApi } from '../api/context.tsx';
import { useAction } from '../api/use-action.ts';
import { Button } from '../ui/button.tsx';
import { Icon } from '../ui/icon.tsx';
import { useSay } from '../ui/toasts.tsx';
import { explain } from '../ui/wording.ts';

/** What the user should know until it is put right, each with its remedy. */
export function Warnings({ status }: { status: Status }) {
  if (status.warnings.length === 0) return null;
  return (
    <section className="warnings" aria-label="Warnings">
      {status.warnings.map((warning) => (
        <WarningBanner key={`${warning.code} ${warning.message}`} warning={warning} />
      ))}
    </section>
  );
}

function WarningBanner({ warning }: { warning: Warning }) {
  return (
    <div className="banner tone-warn" role="alert">
      <Icon name="alert" />
      <p>{explain(warning)}</p>
      {warning.code === 'NEEDS_PERSON' && <ConfirmButton code={warning.code} />}
    </div>
  );
}

/** Work that waits for the user's word goes on after it. */
function ConfirmButton({ code }: { code: string }) {
  const api = useApi();
  const say = useSay();
  const action = useAction(say.failed);
  const confirm = () =>
    action.run(async () => {
      await api.call('warnings.confirm', { code });
      say.done('Confirmed. Work goes on.');
    });
  return (
    <Button small busy={action.busy} onClick={confirm}>
      I have checked, go on
    </Button>
  );
}
