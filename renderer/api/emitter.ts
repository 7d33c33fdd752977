/** Listeners of one kind of news. */
export type Emitter<T> = {
  add(listener: (news: T) => void): () => void;
  emit(news: T): void;
};

/** A set of listeners; one that is removed while news goes out no longer hears it. */
export function createEmitter<T>(): Emitter<T> {
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
      for (const listener of listeners) listener(news);
    },
  };
}
