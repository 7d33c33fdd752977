/** Listeners of one kind of news. */
export type Emitter<T> = {
  add(listener: (news: T) => void): () => void;
  emit(news: T): void;
};

/**
 * A set of listeners; one that is removed while news goes out no longer hears it. What one throws is reported (by itself as
 * an uncaught error of the window): neither the others nor whoever has the news are to suffer from it.
 */
export function createEmitter<T>(report: (error: unknown) => void = throwApart): Emitter<T> {
  const listeners = new Set<(news: T) => void>();
  return {
    add(listener) {
      const own = (news: T) => listener(news);
      listeners.add(own);
      return () => {
        listeners.delete(own);
      };
    },
    emit(news) {
      for (const listener of listeners) {
        try {
          listener(news);
        } catch (error) {
          report(error);
        }
      }
    },
  };
}

function throwApart(error: unknown): void {
  queueMicrotask(() => {
    throw error;
  });
}
