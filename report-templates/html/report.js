'use strict';
(function () {
  var byId = function (id) { return document.getElementById(id); };
  var all = function (selector) { return Array.from(document.querySelectorAll(selector)); };

  // Text filter over the findings, and one button to open what it leaves.
  var tools = byId('tools');
  if (tools) {
    var filter = byId('filter');
    var findings = all('#findings .finding').map(function (element) {
      return { element: element, text: element.textContent.toLowerCase() };
    });
    var apply = function () {
      var words = filter.value.toLowerCase().split(/\s+/).filter(Boolean);
      var left = 0;
      findings.forEach(function (finding) {
        var hit = words.every(function (word) { return finding.text.includes(word); });
        finding.element.hidden = !hit;
        left += hit ? 1 : 0;
      });
      all('#findings .band').forEach(function (band) {
        band.hidden = !band.querySelector('.finding:not([hidden])');
      });
      byId('count').textContent = words.length ? left + ' of ' + findings.length + ' findings' : '';
    };
    filter.addEventListener('input', apply);
    byId('open-all').addEventListener('click', function () {
      var shut = all('#findings .finding:not([hidden]):not([open])');
      (shut.length ? shut : all('#findings .finding')).forEach(function (finding) { finding.open = shut.length !== 0; });
      this.textContent = shut.length ? 'Close all' : 'Open all';
    });
    tools.hidden = false;
  }

  // The same over the rows of the coverage; a family with a row left is opened, one without is put away.
  var ruleTools = byId('rule-tools');
  if (ruleTools) {
    var ruleFilter = byId('rule-filter');
    var rows = all('.covered tbody tr').map(function (element) {
      return { element: element, text: element.textContent.toLowerCase() };
    });
    var unfiltered = all('.family').map(function (family) { return { family: family, open: family.open }; });
    ruleFilter.addEventListener('input', function () {
      var words = ruleFilter.value.toLowerCase().split(/\s+/).filter(Boolean);
      var left = 0;
      rows.forEach(function (row) {
        var hit = words.every(function (word) { return row.text.includes(word); });
        row.element.hidden = !hit;
        left += hit ? 1 : 0;
      });
      unfiltered.forEach(function (one) {
        one.family.hidden = !one.family.querySelector('tbody tr:not([hidden])');
        one.family.open = words.length ? !one.family.hidden : one.open;
      });
      byId('rule-count').textContent = words.length ? left + ' of ' + rows.length + ' rules' : '';
    });
    ruleTools.hidden = false;
  }

  // A click in a lane leaves the patterns of that node and time; the same click again brings all back.
  var lanes = byId('lanes');
  var patterns = all('[data-nodes]');
  if (lanes ? patterns.length : 0) {
    var picked = '';
    lanes.classList.add('pick');
    lanes.addEventListener('click', function (event) {
      var lane = event.target.closest('[data-node]');
      if (!lane) { return; }
      var node = lane.dataset.node;
      var box = lane.getBoundingClientRect();
      var step = +lanes.dataset.step;
      var hour = +lanes.dataset.from + Math.floor((event.clientX - box.left) / box.width * lanes.dataset.hours / step) * step;
      picked = picked === node + hour ? '' : node + hour;
      var left = 0;
      patterns.forEach(function (row) {
        var span = row.dataset.hours.split('-').map(Number);
        var during = hour + step > span[0] ? span[1] >= hour : false;
        var hit = picked ? (during ? row.dataset.nodes.split(' ').includes(node) : false) : true;
        row.hidden = !hit;
        left += hit ? 1 : 0;
        var fold = hit ? row.closest('details') : null;
        if (fold) { fold.open = true; }
      });
      var from = new Date(hour * 3600000).toISOString().slice(0, 16).replace('T', ' ');
      byId('picked').hidden = !picked;
      byId('picked').textContent = left + ' of ' + patterns.length + ' patterns are of ' + node + ' from ' + from + ' UTC; click again for all.';
      if (picked) { byId('picked').scrollIntoView(); }
    });
  }

  // A link to something folded or filtered away shows it.
  var reveal = function () {
    var target = byId(decodeURIComponent(location.hash.slice(1)));
    if (!target) { return; }
    if (target.hidden) { byId('filter').value = ''; apply(); }
    for (var up = target; up; up = up.parentElement) {
      if (up.tagName === 'DETAILS') { up.open = true; }
    }
    target.scrollIntoView();
  };
  addEventListener('hashchange', reveal);
  if (location.hash) { reveal(); }

  // Paper folds nothing away but the ways that were not chosen.
  var folded = [];
  addEventListener('beforeprint', function () {
    folded = all('details:not([open], .other)');
    folded.forEach(function (element) { element.open = true; });
  });
  addEventListener('afterprint', function () {
    folded.forEach(function (element) { element.open = false; });
  });

  // Copy the request; where the browser refuses, it is at least selected.
  var copy = byId('copy');
  if (copy) {
    copy.hidden = false;
    copy.addEventListener('click', function () {
      var say = function (text) { byId('copied').textContent = text; };
      var select = function () {
        getSelection().selectAllChildren(byId('request'));
        say('Selected, press Ctrl+C');
      };
      if (!navigator.clipboard) { select(); return; }
      navigator.clipboard.writeText(byId('request').textContent).then(function () { say('Copied'); }, select);
    });
  }
})();
