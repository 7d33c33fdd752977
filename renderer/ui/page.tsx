import { type ReactNode, useEffect, useRef } from 'react';
import { Icon } from './icon.tsx';

type PageProps = {
  title: string;
  /** Way up to the list that this page belongs to. */
  back?: { to: string; text: string };
  beside?: ReactNode;
  actions?: ReactNode;
  /** `fill`: the page's own list scrolls. `scroll`: the page scrolls as a whole. */
  layout?: 'fill' | 'scroll';
  children: ReactNode;
};

/** The frame of every page: its heading takes the focus, so that screen readers say where one has arrived. */
export function Page({ title, back, beside, actions, layout = 'scroll', children }: PageProps) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    document.title = `${title} · Belfry`;
  }, [title]);
  useEffect(() => heading.current?.focus({ preventScroll: true }), []);

  return (
    <div className={`page page-${layout}`}>
      <header className="page-head">
        {back && (
          <a className="back" href={back.to}>
            <Icon name="left" size={14} />
            {back.text}
          </a>
        )}
        <div className="page-title">
          <h1 ref={heading} tabIndex={-1}>
            {title}
          </h1>
          {beside}
          {actions && <div className="buttons page-actions">{actions}</div>}
        </div>
      </header>
      {children}
    </div>
  );
}

/** A titled part of a page. */
export function Section({
  title,
  actions,
  children,
}: {
  title: string;
  actions?: ReactNode;
  children: ReactNode;
}) {
  return (
    <section className="section" aria-label={title}>
      <div className="section-head">
        <h2>{title}</h2>
        {actions}
      </div>
      {children}
    </section>
  );
}

/** Lines that stand for what is still being fetched. */
export function Loading({ what }: { what: string }) {
  return (
    <div className="loading" role="status">
      <span className="visually-hidden">Loading {what}</span>
      <span className="bone" />
      <span className="bone" />
      <span className="bone" />
    </div>
  );
}
