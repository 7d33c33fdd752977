import { ActionIcon, Button as MantineButton, Tooltip } from '@mantine/core';
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

const variants = { plain: 'default', primary: 'filled', danger: 'light', quiet: 'subtle' } as const;
const colors = { plain: 'gray', primary: undefined, danger: 'red', quiet: 'gray' } as const;

/** A button; while `busy` it stays focusable and says so instead of vanishing from under the keyboard. */
export function Button(props: ButtonProps) {
  const { children, label, busy = false, disabled = false, submit = false, pressed, onClick } = props;
  const { look = 'plain', small = false, icon } = props;
  const common = {
    type: submit ? ('submit' as const) : ('button' as const),
    variant: pressed ? 'light' : variants[look],
    ...(pressed || colors[look] === undefined ? {} : { color: colors[look] }),
    'aria-label': label,
    'aria-busy': busy || undefined,
    'aria-disabled': busy || undefined,
    'aria-pressed': pressed,
    disabled,
    onClick: (event: { preventDefault(): void }) => {
      if (busy) event.preventDefault();
      else onClick?.();
    },
  };
  if (children === undefined) {
    return (
      <Tooltip label={label} disabled={!label}>
        <ActionIcon {...common} size={small ? 26 : 30}>
          {icon && <Icon name={icon} size={small ? 14 : 16} />}
        </ActionIcon>
      </Tooltip>
    );
  }
  return (
    <MantineButton
      {...common}
      size={small ? 'compact-sm' : 'xs'}
      leftSection={icon && <Icon name={icon} size={small ? 14 : 16} />}
    >
      {children}
    </MantineButton>
  );
}

/** A link that looks like a button: it leads somewhere instead of doing something. */
export function ButtonLink(props: Common & { to: string; children: ReactNode }) {
  const { look = 'plain', small = false, icon } = props;
  return (
    <MantineButton
      component="a"
      href={props.to}
      variant={variants[look]}
      {...(colors[look] === undefined ? {} : { color: colors[look] })}
      size={small ? 'compact-sm' : 'xs'}
      leftSection={icon && <Icon name={icon} size={small ? 14 : 16} />}
    >
      {props.children}
    </MantineButton>
  );
}
