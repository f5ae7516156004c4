'use strict';
(function () {
  var byId = function (id) { return document.getElementById(id); };
  var all = function (selector) { return Array.from(document.querySelectorAll(selector)); };
  var make = function (tag, text, set) {
    var element = Object.assign(document.createElement(tag), set);
    element.append(text);
    return element;
  };

  // The filter: text, node, severity and area over findings and actions. The address keeps it, as #?node=WEB03.
  var findings = all('#findings .finding');
  var chosen = {};
  var fields = {};
  var count = make('span', '', { id: 'count' });
  count.setAttribute('role', 'status');
  var texts = new Map();
  var textOf = function (element) {
    if (!texts.has(element)) { texts.set(element, element.textContent.toLowerCase()); }
    return texts.get(element);
  };
  var folds = all('#findings .band');
  var apply = function () {
    var words = (chosen.text || '').toLowerCase().split(/\s+/).filter(Boolean);
    var on = words.length ? true : ['node', 'severity', 'area'].some(function (name) { return chosen[name]; });
    var left = 0;
    findings.forEach(function (finding) {
      var data = finding.dataset;
      var hit = (chosen.node ? data.nodes.split(' ').includes(chosen.node) : true) ?
        (chosen.severity ? data.sev === chosen.severity : true) : false;
      hit = hit ? (chosen.area ? data.area === chosen.area : true) : false;
      hit = hit ? words.every(function (word) { return textOf(finding).includes(word); }) : false;
      finding.hidden = !hit;
      left += hit ? 1 : 0;
    });
    all('.action, .wordings tr[data-nodes]').forEach(function (action) {
      var of = action.dataset.nodes;
      action.hidden = chosen.node ? (of ? !of.split(' ').includes(chosen.node) : false) : false;
    });
    folds.forEach(function (fold) {
      var some = Boolean(fold.querySelector('.finding:not([hidden])'));
      fold.hidden = !some;
      fold.open = on ? some : false;
    });
    Object.keys(fields).forEach(function (name) { fields[name].value = chosen[name] || ''; });
    count.textContent = on ? left + ' of ' + findings.length + ' findings' : '';
  };
  var filterBy = function (next) {
    chosen = next;
    var parts = Object.keys(chosen).filter(function (name) { return chosen[name]; }).map(function (name) {
      return name + '=' + encodeURIComponent(chosen[name]);
    });
    history.replaceState(null, '', parts.length ? '#?' + parts.join('\u0026') : '#findings');
    apply();
  };
  var choose = function (name, value) {
    var next = Object.assign({}, chosen);
    next[name] = value;
    filterBy(next);
  };
  if (findings.length) {
    var bar = make('div', '', { className: 'tools', id: 'tools' });
    var input = make('input', '', { type: 'search', id: 'filter', autocomplete: 'off', placeholder: 'word in a finding' });
    input.setAttribute('aria-label', 'Text in a finding');
    input.addEventListener('input', function () { choose('text', input.value); });
    fields.text = input;
    bar.append(input);
    var values = function (of) {
      return Array.from(new Set(findings.flatMap(of))).filter(Boolean);
    };
    [['node', values(function (one) { return one.dataset.nodes.split(' '); }).sort()],
      ['severity', values(function (one) { return one.dataset.sev; })],
      ['area', values(function (one) { return one.dataset.area; })]].forEach(function (field) {
      if (field[1].length === 0) { return; }
      var select = make('select', '', { id: 'by-' + field[0] });
      select.setAttribute('aria-label', 'Findings by ' + field[0]);
      select.append(make('option', 'every ' + field[0], { value: '' }));
      field[1].forEach(function (value) { select.append(make('option', value.replace(/-/g, ' '), { value: value })); });
      select.addEventListener('change', function () { choose(field[0], select.value); });
      fields[field[0]] = select;
      bar.append(select);
    });
    bar.append(count);
    byId('findings-h').after(bar);
    // With a filter, cards and areas choose what it shows.
    all('[data-pick-node], [data-pick-area]').forEach(function (link) {
      var data = link.dataset;
      link.href = data.pickNode ? '#?node=' + encodeURIComponent(data.pickNode) : '#?area=' + data.pickArea;
    });
  }

  // Search in the rows of the comparison and of the coverage.
  [['compared', 'setting, file or value', ['.compared tbody tr', '.quiet tbody tr:not(.group)']],
    ['coverage', 'rule, outcome or word', ['.covered tbody tr:not(.group)']]].forEach(function (one) {
    var section = byId(one[0]);
    var rows = one[2].flatMap(all);
    if (!section || 8 > rows.length) { return; }
    var field = make('input', '', { type: 'search', id: one[0] + '-filter', autocomplete: 'off', placeholder: one[1] });
    field.setAttribute('aria-label', 'Search: ' + one[1]);
    var told = make('span', '', {});
    told.setAttribute('role', 'status');
    field.addEventListener('input', function () {
      var words = field.value.toLowerCase().split(/\s+/).filter(Boolean);
      var left = 0;
      rows.forEach(function (row) {
        var hit = words.every(function (word) { return textOf(row).includes(word); });
        row.hidden = !hit;
        left += hit ? 1 : 0;
        var fold = words.length ? (hit ? row.closest('details') : null) : null;
        if (fold) { fold.open = true; }
      });
      all('#' + one[0] + ' tr.group').forEach(function (head) {
        head.hidden = !head.parentElement.querySelector('tr:not([hidden], .group)');
      });
      told.textContent = words.length ? left + ' of ' + rows.length + ' rows' : '';
    });
    var bar = make('div', field, { className: 'tools' });
    bar.append(told);
    var before = section.querySelector('table');
    before.before(bar);
  });

  // A click in a lane leaves the patterns of that node and time; the same click again brings all back.
  var lanes = all('.lanes');
  var patterns = all('.wordings [data-nodes]');
  if (lanes.length ? patterns.length : 0) {
    var picked = '';
    var axis = byId('lanes');
    lanes.forEach(function (box) {
      box.classList.add('pick');
      box.addEventListener('click', function (event) {
        var lane = event.target.closest('[data-node]');
        if (!lane) { return; }
        var node = lane.dataset.node;
        var place = lane.getBoundingClientRect();
        var step = +axis.dataset.step;
        var hour = +axis.dataset.from + Math.floor((event.clientX - place.left) / place.width * axis.dataset.hours / step) * step;
        picked = picked === node + hour ? '' : node + hour;
        var left = 0;
        patterns.forEach(function (row) {
          var span = row.dataset.hours.split('-').map(Number);
          var during = hour + step > span[0] ? span[1] >= hour : false;
          var hit = picked ? (during ? row.dataset.nodes.split(' ').includes(node) : false) : true;
          row.hidden = !hit;
          left += hit ? 1 : 0;
          var fold = hit ? (picked ? row.closest('details') : null) : null;
          if (fold) { fold.open = true; }
        });
        var from = new Date(hour * 3600000).toISOString().slice(0, 16).replace('T', ' ');
        byId('picked').hidden = !picked;
        byId('picked').textContent = left + ' of ' + patterns.length + ' patterns are of ' + node + ' from ' + from + ' UTC; click again for all.';
        if (picked) { byId('picked').scrollIntoView(); }
      });
    });
  }

  // A link to something folded or filtered away shows it; an address with a question mark is a filter.
  var reveal = function () {
    var hash = decodeURIComponent(location.hash.slice(1));
    if (hash[0] === '?') {
      var query = new URLSearchParams(location.hash.slice(2));
      filterBy({ node: query.get('node'), severity: query.get('severity'), area: query.get('area'), text: query.get('text') });
      byId('findings').scrollIntoView();
      return;
    }
    var target = byId(hash);
    if (!target) { return; }
    if (target.hidden) { chosen = {}; apply(); }
    for (var up = target; up; up = up.parentElement) {
      if (up.tagName === 'DETAILS') { up.open = true; }
    }
    target.scrollIntoView();
  };
  addEventListener('hashchange', reveal);
  if (location.hash) { reveal(); }

  // On paper each action shows its steps.
  var folded = [];
  addEventListener('beforeprint', function () {
    folded = all('details.action:not([open])');
    folded.forEach(function (element) { element.open = true; });
  });
  addEventListener('afterprint', function () {
    folded.forEach(function (element) { element.open = false; });
  });

  // Copy the request; where the browser refuses, it is at least selected.
  var request = byId('request');
  if (request) {
    var copied = make('span', '', { id: 'copied' });
    copied.setAttribute('role', 'status');
    var copy = make('button', 'Copy this mail', { type: 'button', id: 'copy' });
    copy.addEventListener('click', function () {
      var select = function () {
        getSelection().selectAllChildren(request);
        copied.textContent = 'Selected, press Ctrl+C';
      };
      if (!navigator.clipboard) { select(); return; }
      navigator.clipboard.writeText(request.innerText).then(function () { copied.textContent = 'Copied'; }, select);
    });
    var tools = make('p', copy, { className: 'tools' });
    tools.append(copied);
    request.after(tools);
  }
})();
