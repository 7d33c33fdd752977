import type { BelfryError } from '../../shared/index.ts';

export const ada = { id: '17', username: 'ada' };

export const code = async (work: Promise<unknown>) =>
  work.then(
    () => 'no error',
    (error: BelfryError) => error.code,
  );

export const message = async (work: Promise<unknown>) =>
  work.then(
    () => '',
    (error: Error) => error.message,
  );
