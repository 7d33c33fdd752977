import { useState } from 'react';
import { useApi } from '../../api/context.tsx';
import { useAction } from '../../api/use-action.ts';
import { Button, ButtonLink } from '../../ui/button.tsx';
import { Icon, type IconName } from '../../ui/icon.tsx';
import { ErrorNote } from '../../ui/note.tsx';
import { OutLink } from '../../ui/out-link.tsx';
import { href } from '../../ui/route.ts';

/** What an empty Belfry shows: four ways to begin. */
export function Welcome() {
  return (
    <div className="welcome">
      <div className="welcome-text">
        <h2>Your work, on time</h2>
        <p>
          Belfry runs your commands when they are due and publishes your posts once, and only once. What could
          not run is shown with the reason. Begin with one of these.
        </p>
      </div>
      <Demo />
      <ul className="welcome-ways">
        <Way
          icon="jobs"
          title="Start from a template"
          text="The usual content pipelines, ready to be pointed at your folder."
          to={href({ page: 'templates' })}
          action="See templates"
        />
        <Way
          icon="plus"
          title="Add a job"
          text="Any command, on any schedule, with the next ten times before you save."
          to={href({ page: 'new-job' })}
          action="Add job"
        />
        <Way
          icon="accounts"
          title="Add an account"
          text="Mastodon and compatible servers, Pixelfed, Instagram, Facebook Pages."
          to={href({ page: 'new-account' })}
          action="Add account"
        />
      </ul>
    </div>
  );
}

function Way({
  icon,
  title,
  text,
  to,
  action,
}: {
  icon: IconName;
  title: string;
  text: string;
  to: string;
  action: string;
}) {
  return (
    <li className="card way">
      <Icon name={icon} size={20} />
      <h3>{title}</h3>
      <p>{text}</p>
      <ButtonLink to={to}>{action}</ButtonLink>
    </li>
  );
}

function Demo() {
  const api = useApi();
  const action = useAction();
  const [url, setUrl] = useState<string | null>();
  const start = () =>
    action.run(async () => {
      setUrl((await api.call('demo.start', {})).url);
    });
  return (
    <div className="card demo">
      <div>
        <h3>See it work</h3>
        <p>
          A sample pipeline runs and publishes a post to a small server on this computer, in a home of its
          own. Nothing of yours is touched.
        </p>
        {action.error && <ErrorNote error={action.error} />}
        <p role="status">
          {url && (
            <>
              The demonstration is running. <OutLink url={url}>Open its window</OutLink>
            </>
          )}
          {url === null && 'The demonstration opens in a window of its own.'}
        </p>
      </div>
      <Button look="primary" icon="play" busy={action.busy} onClick={start}>
        {action.busy ? 'Starting…' : 'See it work'}
      </Button>
    </div>
  );
}
