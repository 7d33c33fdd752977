const pages = ['jobs', 'runs', 'posts', 'accounts', 'settings', 'output'];

/** The window's route for a `belfry://` link such as `belfry://posts/ID`; '' (where the window is) for anything else. */
export function routeOfLink(link: string | null): string {
  if (link === null || !URL.canParse(link)) return '';
  const url = new URL(link);
  if (url.protocol !== 'belfry:' || !pages.includes(url.hostname)) return '';
  // A link comes from anywhere: it may lead to a page and an id, and nothing else.
  const [id = '', ...more] = url.pathname.split('/').filter((part) => part !== '');
  if (more.length > 0 || !/^[\w-]*$/.test(id)) return '';
  return id === '' ? `#/${url.hostname}` : `#/${url.hostname}/${id}`;
}
