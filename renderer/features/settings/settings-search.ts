import { createContext, useContext } from 'react';

const Search = createContext('');

/** What the settings are searched for, in small letters; empty shows all. */
export const SettingsSearch = Search.Provider;

/** Whether a setting with these words is among what is searched for. */
export function useIsFound(words: string): boolean {
  return words.toLowerCase().includes(useContext(Search));
}
