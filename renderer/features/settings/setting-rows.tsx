import { NativeSelect, Switch, TextInput } from '@mantine/core';
import { type ReactNode, useEffect, useId, useRef, useState } from 'react';
import { CallError } from '../../api/call-error.ts';
import { type Action, useAction } from '../../api/use-action.ts';
import { Icon } from '../../ui/icon.tsx';
import { explain } from '../../ui/wording.ts';
import { useIsFound } from './settings-search.ts';

type RowProps<T> = { label: string; hint?: string; value: T; save: (value: T) => Promise<void> };

/** A setting that is on or off. */
export function SettingSwitch({ label, hint, value, save }: RowProps<boolean>) {
  const saving = useSaving();
  return (
    <Row label={label} hint={hint} saving={saving}>
      {({ id, 'aria-describedby': about }) => (
        <Switch
          id={id}
          aria-describedby={about}
          size="md"
          checked={value}
          onChange={(event) => {
            const on = event.currentTarget.checked;
            void saving.run(() => save(on));
          }}
        />
      )}
    </Row>
  );
}

/** A setting with a few values. */
export function SettingChoice<T extends string>(
  props: RowProps<T> & { choices: readonly (readonly [T, string])[] },
) {
  const { label, hint, value, save, choices } = props;
  const saving = useSaving();
  return (
    <Row label={label} hint={hint} saving={saving}>
      {(ids) => (
        <NativeSelect
          {...ids}
          value={value}
          onChange={(event) => {
            const chosen = choices.find(([known]) => known === event.target.value);
            if (chosen) void saving.run(() => save(chosen[0]));
          }}
        >
          {choices.map(([known, text]) => (
            <option key={known} value={known}>
              {text}
            </option>
          ))}
        </NativeSelect>
      )}
    </Row>
  );
}

/** A number, saved when the field is left or Enter is pressed. */
export function SettingNumber({ unit, ...props }: RowProps<number> & { unit: string }) {
  return (
    <TypedRow
      {...props}
      text={String(props.value)}
      unit={unit}
      saveText={async (text) => props.save(numberIn(text))}
    />
  );
}

/** The engine's own check names the range; an empty field is no number to send. */
function numberIn(text: string): number {
  if (text.trim() !== '' && Number.isFinite(Number(text))) return Number(text);
  throw new CallError({ code: 'BAD_INPUT', message: 'This must be a number.' });
}

/** A number that may be left out: an empty field means that there is no limit. */
export function SettingLimit({
  unit,
  none,
  ...props
}: RowProps<number | null> & { unit: string; none: string }) {
  return (
    <TypedRow
      {...props}
      text={props.value === null ? '' : String(props.value)}
      unit={unit}
      placeholder={none}
      saveText={async (text) => props.save(text.trim() === '' ? null : numberIn(text))}
    />
  );
}

/** A text, saved when the field is left or Enter is pressed. */
export function SettingText(
  props: RowProps<string> & { placeholder: string; suggestions?: readonly string[] },
) {
  return <TypedRow {...props} text={props.value} saveText={(text) => props.save(text.trim())} wide />;
}

type TypedProps = {
  label: string;
  hint?: string;
  text: string;
  unit?: string;
  wide?: boolean;
  placeholder?: string;
  suggestions?: readonly string[];
  saveText: (text: string) => Promise<void>;
};

function TypedRow({ label, hint, text, unit, wide, placeholder, suggestions, saveText }: TypedProps) {
  const saving = useSaving();
  const list = useId();
  const [typed, setTyped] = useState(text);
  const stored = useRef(text);
  useEffect(() => {
    const before = stored.current;
    stored.current = text;
    // News of an earlier save must not overwrite what the user is typing.
    setTyped((now) => (now === before ? text : now));
  }, [text]);
  const commit = () => {
    if (typed !== text) void saving.run(() => saveText(typed));
  };
  return (
    <Row label={label} hint={hint} saving={saving}>
      {(ids) => (
        <span className="setting-typed">
          <TextInput
            {...ids}
            className={wide ? 'wide' : 'narrow'}
            inputMode={unit ? 'decimal' : undefined}
            spellCheck={false}
            placeholder={placeholder}
            list={suggestions ? list : undefined}
            value={typed}
            onChange={(event) => setTyped(event.target.value)}
            onBlur={commit}
            onKeyDown={(event) => {
              if (event.key === 'Enter') commit();
              if (event.key === 'Escape') setTyped(text);
            }}
          />
          {unit && <span className="quiet">{unit}</span>}
          {suggestions && (
            <datalist id={list}>
              {suggestions.map((suggestion) => (
                <option key={suggestion} value={suggestion} />
              ))}
            </datalist>
          )}
        </span>
      )}
    </Row>
  );
}

type Ids = { id: string; 'aria-describedby': string; 'aria-invalid': boolean | undefined };
type RowFrame = {
  label: string;
  hint: string | undefined;
  saving: Saving;
  children: (ids: Ids) => ReactNode;
};

function Row({ label, hint, saving, children }: RowFrame) {
  const id = useId();
  const { error } = saving.action;
  if (!useIsFound(`${label} ${hint ?? ''}`)) return null;
  return (
    <div className="setting">
      <div className="setting-text">
        <label htmlFor={id}>{label}</label>
        <div id={`${id}-about`}>
          {hint && <p className="field-hint">{hint}</p>}
          {error && <p className="field-error">{mistakeIn(error)}</p>}
        </div>
      </div>
      <div className="setting-control">
        <span className="setting-saved" role="status">
          {saving.saved && (
            <>
              <Icon name="check" size={13} /> Saved
            </>
          )}
        </span>
        {children({
          id,
          'aria-describedby': `${id}-about`,
          'aria-invalid': error !== undefined || undefined,
        })}
      </div>
    </div>
  );
}

/** Of a single mistake the field is known: it is the one in which it stands. */
function mistakeIn(error: CallError): string {
  const [only, ...more] = error.details ?? [];
  return only && more.length === 0 ? `This ${only.message}.` : explain(error);
}

type Saving = { action: Action; saved: boolean; run: (work: () => Promise<void>) => Promise<void> };
const savedMs = 2500;

function useSaving(): Saving {
  const action = useAction();
  const [saved, setSaved] = useState(false);
  useEffect(() => {
    if (!saved) return;
    const id = setTimeout(() => setSaved(false), savedMs);
    return () => clearTimeout(id);
  }, [saved]);
  return {
    action,
    saved,
    run: async (work) => {
      setSaved(false);
      if (await action.run(work)) setSaved(true);
    },
  };
}
