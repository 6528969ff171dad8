// What needs no server: settings kept in cookies, and the dialog for a lost connection. No framework, nothing global.
(() => {
  'use strict';

  const keep = (name, value) => { document.cookie = `${name}=${encodeURIComponent(value)}; path=/; max-age=31536000; samesite=lax`; };
  const kept = name => document.cookie.split('; ').find(one => one.startsWith(name + '='))?.slice(name.length + 1);

  document.addEventListener('change', event => {
    const name = event.target.dataset?.setting;
    if (!name) return;
    keep(name, event.target.value);
    location.reload();
  });

  document.addEventListener('click', event => {
    if (event.target.dataset?.do === 'reload') location.reload();
    for (const open of document.querySelectorAll('details.who[open]')) {
      if (!open.contains(event.target)) open.open = false;
    }
  });

  document.addEventListener('keydown', event => {
    if (event.key === 'Escape') for (const open of document.querySelectorAll('details.who[open]')) { open.open = false; open.querySelector('summary').focus(); }
  });

  document.addEventListener('toggle', event => {
    if (event.target.matches?.('details.who')) {
      const theme = event.target.querySelector('[data-setting=sw-theme]');
      if (theme) theme.value = kept('sw-theme') ?? 'auto';
    }
  }, true);

  const lost = document.getElementById('components-reconnect-modal');
  lost?.addEventListener('components-reconnect-state-changed', event => {
    const state = event.detail.state;
    lost.className = state;
    if (state === 'hide') lost.close?.(); else if (!lost.open) lost.showModal?.();
    if (state === 'rejected') location.reload();
  });
})();
