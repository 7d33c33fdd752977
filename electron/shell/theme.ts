import { nativeTheme } from 'electron';
import type { Bridge } from '../../shared/index.ts';
import { ask } from './ask.ts';

/** Menus and title bars follow the setting too; the result ends that. */
export function followTheme(engine: Bridge): () => void {
  const apply = async () => {
    const settings = await ask(engine, 'settings.get', {});
    if (settings.ok) nativeTheme.themeSource = settings.value.theme;
  };
  void apply();
  return engine.subscribe(({ name }) => {
    if (name === 'settings.changed') void apply();
  });
}
