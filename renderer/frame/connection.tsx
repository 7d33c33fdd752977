import { useEffect, useState } from 'react';
import { useApi, useLinkState } from '../api/context.tsx';
import { Button } from '../ui/button.tsx';
import { Icon } from '../ui/icon.tsx';

const patienceMs = 1500;

/** Says that the engine cannot be reached; short hiccups are not worth a word. */
export function Connection() {
  const { link } = useApi();
  const state = useLinkState();
  const away = state === 'lost';
  const [long, setLong] = useState(false);
  useEffect(() => {
    if (!away) return setLong(false);
    const id = setTimeout(() => setLong(true), patienceMs);
    return () => clearTimeout(id);
  }, [away]);

  return (
    <div role="status">
      {away && long && (
        <div className="banner tone-idle">
          <Icon name="offline" />
          <p>
            <strong>Belfry does not answer.</strong> It was stopped or is restarting. What you see is the last
            known state; this window reconnects by itself.
          </p>
          <Button small icon="retry" onClick={link.retry}>
            Try now
          </Button>
        </div>
      )}
    </div>
  );
}
