// The page works without this. With it: it is renewed at each change, counts on, and copies commands.
(() => {
  const RENEW_GAP_MS = 1500;
  const POLL_MS = 5000;
  const LONELY_POLL_MS = 10000;
  const { body } = document;
  const kind = body.dataset.live;
  let serverAhead = Date.parse(body.dataset.now ?? '') - Date.now();

  const elapsed = (seconds) => {
    const whole = Math.max(0, Math.floor(seconds));
    if (whole < 60) return `${whole} s`;
    if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
    if (whole < 86400) return `${Math.floor(whole / 3600)} h ${Math.floor((whole % 3600) / 60)} min`;
    return `${Math.floor(whole / 86400)} d ${Math.floor((whole % 86400) / 3600)} h`;
  };
  const setText = (node, text) => {
    if (node.textContent !== text) node.textContent = text;
  };
  const tick = (root = document) => {
    const now = Date.now() + serverAhead;
    for (const node of root.querySelectorAll('time[data-since]'))
      setText(node, elapsed((now - Date.parse(node.dateTime)) / 1000));
    for (const node of root.querySelectorAll('time[data-clock]'))
      setText(node, new Date(node.dateTime).toLocaleTimeString());
  };

  // Takes the new page's nodes into the old one's place, changing only what differs: what a person has opened, focused or
  // selected stays.
  const keyOf = (node) => (node.nodeType === Node.ELEMENT_NODE && node.id ? `${node.nodeName}#${node.id}` : null);
  const morph = (old, next) => {
    if (old.nodeType !== next.nodeType || old.nodeName !== next.nodeName || keyOf(old) !== keyOf(next))
      return old.replaceWith(next);
    if (old.nodeType !== Node.ELEMENT_NODE) {
      if (old.nodeValue !== next.nodeValue) old.nodeValue = next.nodeValue;
      return undefined;
    }
    if (isTelling(old, next)) return undefined;
    for (const { name } of Array.from(old.attributes))
      if (!next.hasAttribute(name) && !isOurs(old, name)) old.removeAttribute(name);
    for (const { name, value } of next.attributes)
      if (old.getAttribute(name) !== value && !isOurs(old, name)) old.setAttribute(name, value);
    const kept = new Map([...old.childNodes].flatMap((node) => (keyOf(node) ? [[keyOf(node), node]] : [])));
    let place = old.firstChild;
    for (const wanted of Array.from(next.childNodes)) {
      const same = kept.get(keyOf(wanted));
      if (same && same !== place) old.insertBefore(same, place);
      const here = same ?? place;
      if (!here || (!same && kept.has(keyOf(here)))) old.insertBefore(wanted, place);
      else {
        place = here.nextSibling;
        morph(here, wanted);
      }
    }
    while (place) {
      const after = place.nextSibling;
      place.remove();
      place = after;
    }
    return undefined;
  };
  const isOurs = (node, name) =>
    (node.nodeName === 'DETAILS' && name === 'open') ||
    (name === 'hidden' && (node.dataset.copy !== undefined || node.dataset.follow !== undefined));

  // For two seconds a button says that its command was copied; a renewal in that time does not take the word away.
  const TELL_MS = 2000;
  const commandOf = (label) => label.closest('.command')?.querySelector('code').textContent;
  const isTelling = (label, next) => label.dataset.told !== undefined && label.dataset.told === commandOf(next);
  const tell = (label, words) => {
    label.dataset.told = commandOf(label);
    label.textContent = words;
    setTimeout(() => {
      delete label.dataset.told;
      label.textContent = 'Copy';
    }, TELL_MS);
  };

  const arm = () => {
    for (const node of document.querySelectorAll('[data-copy], [data-follow]')) node.hidden = false;
  };
  const say = (words) => {
    const place = document.getElementById('announce');
    if (place && place.dataset.words !== words) {
      place.dataset.words = words;
      place.textContent = words;
    }
  };
  let isOver = false;
  const connection = (state, words) => {
    if (isOver && state !== 'over') return;
    const live = document.getElementById('live');
    if (!live) return;
    live.dataset.connection = state;
    setText(document.getElementById('live-words'), words);
  };

  let wanted = 0;
  let renewing = false;
  let renewedAt = 0;
  const renew = async () => {
    wanted = 0;
    if (renewing) return plan();
    renewing = true;
    try {
      const answer = await fetch(location.href, { headers: { accept: 'text/html' } });
      if (answer.status === 401) return location.reload();
      if (!answer.ok) return undefined;
      const page = new DOMParser().parseFromString(await answer.text(), 'text/html');
      serverAhead = Date.parse(page.body.dataset.now ?? '') - Date.now();
      tick(page);
      const log = document.getElementById('log');
      const isAtEnd = log && log.scrollTop + log.clientHeight >= log.scrollHeight - 8;
      morph(document.getElementById('main'), page.getElementById('main'));
      body.dataset.stale = page.body.dataset.stale;
      if (document.title !== page.title) document.title = page.title;
      arm();
      if (isAtEnd) scrollToEnd();
      say(page.getElementById('announce')?.dataset.words ?? '');
    } catch {
      connection('off', 'The status service does not answer. Trying again.');
    } finally {
      renewing = false;
      renewedAt = Date.now();
    }
    return undefined;
  };
  const plan = () => {
    if (wanted) return;
    // Many readers hear of a change at the same time: they ask one after the other.
    wanted = setTimeout(renew, Math.max(0, renewedAt + RENEW_GAP_MS - Date.now()) + Math.random() * 300);
  };
  const scrollToEnd = () => {
    const log = document.getElementById('log');
    if (log) log.scrollTop = log.scrollHeight;
  };

  let stream;
  let isLost = false;
  const listen = () => {
    stream = new EventSource('/api/events?only=changes');
    stream.addEventListener('changed', () => {
      if (isLost || stream.hadOne) plan();
      stream.hadOne = true;
      isLost = false;
      connection('on', 'Live');
    });
    stream.addEventListener('ended', async () => {
      isOver = true;
      stream.close();
      await renew();
      connection('over', 'Ended: the command that served this page has ended.');
    });
    stream.addEventListener('error', () => {
      isLost = true;
      connection('off', 'The status service does not answer. Trying again.');
      if (stream.readyState !== EventSource.CLOSED) return;
      setTimeout(() => {
        plan();
        listen();
      }, LONELY_POLL_MS);
    });
  };

  document.addEventListener('click', async (event) => {
    const button = event.target.closest?.('[data-copy]');
    if (!button) return;
    const code = button.parentElement.querySelector('code');
    const isCopied = await copy(code);
    tell(button.firstElementChild, isCopied ? 'Copied' : 'Marked');
  });
  // The clipboard belongs to secure pages; on plain HTTP the old way is the only one.
  const copy = async (code) => {
    try {
      await navigator.clipboard.writeText(code.textContent);
      return true;
    } catch {
      getSelection().selectAllChildren(code);
      return document.execCommand('copy');
    }
  };

  arm();
  tick();
  setInterval(tick, 1000);
  if (kind === 'events') listen();
  if (kind === 'poll') {
    scrollToEnd();
    setInterval(() => {
      if (document.querySelector('[data-follow] input')?.checked && !document.hidden) plan();
    }, POLL_MS);
  }
})();
