import type { ReactNode } from 'react';
import { Icon, type IconName } from './icon.tsx';

/** What a list shows while there is nothing in it: what would be here, and how to get it. */
export function Empty({
  icon,
  title,
  text,
  children,
}: {
  icon: IconName;
  title: string;
  text: string;
  children?: ReactNode;
}) {
  return (
    <div className="empty">
      <span className="empty-icon">
        <Icon name={icon} size={22} />
      </span>
      <h2>{title}</h2>
      <p>{text}</p>
      {children && <div className="buttons">{children}</div>}
    </div>
  );
}
