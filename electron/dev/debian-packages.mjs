/** The Debian 12 package of each library that Electron links to; newer releases answer to the same names. */
const packageOf = {
  'libX11.so.6': 'libx11-6',
  'libX11-xcb.so.1': 'libx11-xcb1',
  'libXcomposite.so.1': 'libxcomposite1',
  'libXdamage.so.1': 'libxdamage1',
  'libXext.so.6': 'libxext6',
  'libXfixes.so.3': 'libxfixes3',
  'libXrandr.so.2': 'libxrandr2',
  'libXss.so.1': 'libxss1',
  'libXtst.so.6': 'libxtst6',
  'libasound.so.2': 'libasound2',
  'libatk-1.0.so.0': 'libatk1.0-0',
  'libatk-bridge-2.0.so.0': 'libatk-bridge2.0-0',
  'libatspi.so.0': 'libatspi2.0-0',
  'libcairo.so.2': 'libcairo2',
  'libcups.so.2': 'libcups2',
  'libdbus-1.so.3': 'libdbus-1-3',
  'libdrm.so.2': 'libdrm2',
  'libexpat.so.1': 'libexpat1',
  'libgbm.so.1': 'libgbm1',
  'libgdk_pixbuf-2.0.so.0': 'libgdk-pixbuf-2.0-0',
  'libgio-2.0.so.0': 'libglib2.0-0',
  'libglib-2.0.so.0': 'libglib2.0-0',
  'libgobject-2.0.so.0': 'libglib2.0-0',
  'libgtk-3.so.0': 'libgtk-3-0',
  'libgdk-3.so.0': 'libgtk-3-0',
  'libnspr4.so': 'libnspr4',
  'libnss3.so': 'libnss3',
  'libnssutil3.so': 'libnss3',
  'libsmime3.so': 'libnss3',
  'libpango-1.0.so.0': 'libpango-1.0-0',
  'libudev.so.1': 'libudev1',
  'libuuid.so.1': 'libuuid1',
  'libxcb.so.1': 'libxcb1',
  'libxkbcommon.so.0': 'libxkbcommon0',
};

/** `{ packages, unknown }`: the Debian packages of these libraries, and the libraries that we know no package of. */
export function packagesFor(libraries) {
  return {
    packages: [
      ...new Set(libraries.map((name) => packageOf[name]).filter((name) => name !== undefined)),
    ].sort(),
    unknown: libraries.filter((name) => packageOf[name] === undefined),
  };
}

/** What to do about missing libraries, as one sentence. */
export function adviceFor(libraries, debian) {
  const { packages, unknown } = packagesFor(libraries);
  if (!debian || packages.length === 0) return `Install the packages that hold ${libraries.join(', ')}`;
  const rest = unknown.length > 0 ? ` and the packages that hold ${unknown.join(', ')}` : '';
  return `Run "sudo apt-get install ${packages.join(' ')}"${rest}`;
}
