import type { Model } from './models.ts';

/** Ids of the model's form, each newer than the one before when compared as that server does. */
export function createIds(form: Model['ids']): () => string {
  let count = 0;
  return () => {
    count += 1;
    switch (form) {
      case 'number':
        return String(115_500_000_000_000_000n + BigInt(count));
      case 'ulid':
        return `01K${String(count).padStart(23, '0')}`;
      case 'flake':
        return `B0${count.toString(36).padStart(16, '0')}`;
      case 'uuid':
        return `019a0000-0000-7000-8000-${String(count).padStart(12, '0')}`;
    }
  };
}
