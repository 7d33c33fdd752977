import { TextInput } from '@mantine/core';
import { Search } from 'lucide-react';

type SearchBoxProps = { label: string; value: string; onChange: (text: string) => void };

/** A search field; Escape empties it. */
export function SearchBox({ label, value, onChange }: SearchBoxProps) {
  return (
    <TextInput
      type="search"
      aria-label={label}
      placeholder={label}
      leftSection={<Search size={15} />}
      value={value}
      maxLength={1000}
      spellCheck={false}
      onChange={(event) => onChange(event.target.value)}
      onKeyDown={(event) => {
        if (event.key === 'Escape') onChange('');
      }}
    />
  );
}
