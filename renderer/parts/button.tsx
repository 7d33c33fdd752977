import type { ReactNode } from 'react';
import { Icon, type IconName } from './icon.tsx';

type Common = {
  icon?: IconName;
  /** `primary` for the one thing the page is for, `danger` for what cannot be undone, `quiet` without a frame. */
  look?: 'plain' | 'primary' | 'danger' | 'quiet';
  small?: boolean;
};

type ButtonProps = Common & {
  children?: ReactNode;
  /** What the button does, in words: needed without children, or when its text alone does not say to what. */
  label?: string;
  busy?: boolean;
  disabled?: boolean;
  /** Makes it the form's button. */
  submit?: boolean;
  pressed?: boolean;
  onClick?: () => void;
};

/** A button; while `busy` it stays focusable and says so instead of vanishing from under the keyboard. */
export function Button(props: ButtonProps) {
  const { children, label, busy = false, disabled = false, submit = false, pressed, onClick } = props;
  return (
    <button
      type={submit ? 'submit' : 'button'}
      className={classes(props, children === undefined)}
      aria-label={label}
      title={children === undefined ? label : undefined}
      aria-busy={busy || undefined}
      aria-disabled={busy || undefined}
      aria-pressed={pressed}
      disabled={disabled}
      onClick={(event) => {
        if (busy) event.preventDefault();
        else onClick?.();
      }}
    >
      {props.icon && <Icon name={props.icon} size={props.small ? 14 : 16} />}
      {children}
    </button>
  );
}

/** A link that looks like a button: it leads somewhere instead of doing something. */
export function ButtonLink(props: Common & { to: string; children: ReactNode }) {
  return (
    <a href={props.to} className={classes(props, false)}>
      {props.icon && <Icon name={props.icon} size={props.small ? 14 : 16} />}
      {props.children}
    </a>
  );
}

function classes({ look = 'plain', small = false }: Common, iconOnly: boolean): string {
  return `button button-${look}${small ? ' button-small' : ''}${iconOnly ? ' button-icon' : ''}`;
}
