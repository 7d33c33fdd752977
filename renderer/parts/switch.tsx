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
    <input
      type="checkbox"
      role="switch"
      aria-checked={checked}
      id={id}
      className="switch"
      aria-label={label}
      title={label}
      aria-busy={busy || undefined}
      checked={checked}
      onChange={(event) => {
        if (!busy) onChange(event.target.checked);
      }}
    />
  );
}
