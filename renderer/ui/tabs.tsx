/** Filters as links: the choice is part of the address, so Back undoes it. */
export function Tabs({
  label,
  tabs,
}: {
  label: string;
  tabs: readonly { to: string; text: string; current: boolean; count?: number | undefined }[];
}) {
  return (
    <nav className="tabs" aria-label={label}>
      {tabs.map((tab) => (
        <a key={tab.to} href={tab.to} className="tab" aria-current={tab.current ? 'true' : undefined}>
          {tab.text}
          {tab.count !== undefined && tab.count > 0 && (
            <span className="tab-count">{tab.count.toLocaleString('en-GB')}</span>
          )}
        </a>
      ))}
    </nav>
  );
}
