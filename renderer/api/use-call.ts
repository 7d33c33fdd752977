import { keepPreviousData, useQuery } from '@tanstack/react-query';
import type { CallInput, CallName, CallOutput } from '../../shared/index.ts';
import { type CallError, toCallError } from './call-error.ts';
import { useApi } from './context.tsx';

/** An answer that is kept fresh. `data` is undefined until the first answer; the newest stays while another is fetched or fails. */
export type CallState<T> = {
  readonly data: T | undefined;
  readonly error: CallError | undefined;
  readonly busy: boolean;
  refresh(): void;
};

type Options = {
  /** The answer to the input before this one stays until the new one is here: for searching as one types. */
  keepPrevious?: boolean;
};

/** One call of the contract as React state; `null` as input makes no call. */
export function useCall<N extends CallName>(
  name: N,
  input: CallInput<N> | null,
  { keepPrevious = false }: Options = {},
): CallState<CallOutput<N>> {
  const api = useApi();
  const query = useQuery<CallOutput<N>>({
    queryKey: [name, input],
    queryFn: () => api.call(name, input as CallInput<N>),
    enabled: input !== null,
    ...(keepPrevious ? { placeholderData: keepPreviousData } : {}),
  });
  return {
    data: query.data,
    error: query.error === null ? undefined : toCallError(query.error),
    busy: query.isFetching || input === null,
    refresh: () => void query.refetch(),
  };
}
