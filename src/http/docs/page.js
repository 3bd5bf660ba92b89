/* global Redoc, document, window */
'use strict';

// The reference of the document that the page names, in fonts that every system has: nothing comes from elsewhere.
const place = document.getElementById('reference');
const header = document.querySelector('header');
const text = 'system-ui, sans-serif';
const code = 'ui-monospace, SFMono-Regular, Menlo, Consolas, monospace';

Redoc.init(
  place.dataset.document,
  {
    hideDownloadButton: true,
    nativeScrollbars: true,
    // Anchors and the menu stand below the header where it stays in sight: as wide as page.css says.
    scrollYOffset: () =>
      window.matchMedia('(min-width: 50rem)').matches ? header.offsetHeight : 0,
    theme: {
      colors: { primary: { main: '#1d4ed8' } },
      sidebar: { width: '300px' },
      typography: {
        fontSize: '15px',
        fontFamily: text,
        headings: { fontFamily: text, fontWeight: '600' },
        code: { fontFamily: code, fontSize: '13px' },
      },
    },
  },
  place,
  (error) => {
    if (!error) return;
    const note = document.createElement('p');
    note.className = 'note';
    note.textContent = `${place.dataset.document} could not be shown: ${error.message}`;
    place.replaceChildren(note);
    window.console.error(error);
  },
);
