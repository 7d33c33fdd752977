import { Switch as MantineSwitch } from '@mantine/core';

type SwitchProps = {
  checked: boolean;
  /** Needed where no `<label>` names it by `id`. */
  label?: string;
  id?: string;
  busy?: boolean;
  onChange: (checked: boolean) => void;
};

/** An on/off switch. */
export function Switch({ checked, label, id, busy = false, onChange }: SwitchProps) {
  return (
    <MantineSwitch
      checked={checked}
      {...(id === undefined ? {} : { id })}
      aria-label={label}
      aria-checked={checked}
      aria-busy={busy || undefined}
      title={label}
      onChange={(event) => {
        if (!busy) onChange(event.currentTarget.checked);
      }}
    />
  );
}
