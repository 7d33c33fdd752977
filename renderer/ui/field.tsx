import { type ReactNode, useId } from 'react';

type FieldProps = {
  label: string;
  hint?: ReactNode;
  /** What will not do, one sentence a line. */
  error?: string | readonly string[] | undefined;
  /** What could be better; nothing is refused for it. */
  advice?: readonly string[] | undefined;
  /** Gets the ids that tie the control to its label, hint and error. */
  children: (ids: {
    id: string;
    'aria-describedby': string;
    'aria-invalid': boolean | undefined;
  }) => ReactNode;
};

/** A labelled control of a form. */
export function Field({ label, hint, error, advice, children }: FieldProps) {
  const id = useId();
  const about = `${id}-about`;
  const errors = typeof error === 'string' ? [error] : (error ?? []);
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      {children({ id, 'aria-describedby': about, 'aria-invalid': errors.length > 0 || undefined })}
      <div id={about} className="field-about">
        <Remarks errors={errors} advice={advice} />
        {hint && <p className="field-hint">{hint}</p>}
      </div>
    </div>
  );
}

/** Errors and advice, distinguished by word as well as by colour. */
export function Remarks({
  errors = [],
  advice = [],
}: {
  errors?: readonly string[] | undefined;
  advice?: readonly string[] | undefined;
}) {
  return (
    <>
      {errors.map((text) => (
        <p key={text} className="field-error">
          {text}
        </p>
      ))}
      {advice.map((text) => (
        <p key={text} className="field-advice">
          <strong>Advice:</strong> {text}
        </p>
      ))}
    </>
  );
}
