/* page.js - the player of a game: rounds, messages in flight, who said what. Texts of the game are
 * only ever set as text, never as markup. */
"use strict";
(function () {
const game = JSON.parse(document.getElementById("data").textContent);
const ABSENT = 255;
const SVG = document.getElementById("stage").namespaceURI;
const stage = document.getElementById("stage");
const side = document.getElementById("side");
const slider = document.getElementById("slider");
const isTraitor = g => game.traitors.includes(g);
const state = { round: 0, instance: 0, general: 0, filter: "all", chosen: null, flight: 1, playing: false };

/* One arrow for all that one general sends another in one round. */
const packets = new Map();
function packetOf(instance, round, from, to) {
    const key = [instance, round, from, to].join(" ");
    if (!packets.has(key)) {
        packets.set(key, { key, instance, round, from, to, messages: [], orders: new Map(), count: 0,
            wrong: 0 });
    }
    return packets.get(key);
}
let lastRound = game.rounds;
for (const [instance, round, from, to, due, sent, fate, verdict, path] of game.messages || []) {
    const packet = packetOf(instance, round, from, to);
    packet.messages.push({ due, sent, fate, verdict, path });
    packet.orders.set(sent, (packet.orders.get(sent) || 0) + 1);
    packet.count++;
    packet.wrong += fate === 0 ? 0 : 1;
    lastRound = Math.max(lastRound, round);
}
for (const [instance, round, from, to, wrong, orders] of game.packets || []) {
    const packet = packetOf(instance, round, from, to);
    for (const [order, count] of orders) {
        packet.orders.set(order, count);
        packet.count += count;
    }
    packet.wrong = wrong;
    lastRound = Math.max(lastRound, round);
}
const all = [...packets.values()];

function orderName(order) { return order < game.orders.length ? game.orders[order] : "nothing"; }
function orderLetter(order) { return order < game.orders.length ? game.letters[order] : "\u2013"; }
function orderClass(order) { return order < game.orders.length ? "o" + order : "ox"; }
function roleOf(g) {
    const instance = game.instances[state.instance];
    return !instance ? "general" : instance.commander === g ? "commander" : "lieutenant";
}
function decisionOf(g) {
    const instance = game.instances[state.instance];
    return game.instances.length > 1 ? instance.decisions[g] : game.decisions[g];
}
function element(name, attributes, ...children) {
    const made = document.createElement(name);
    Object.assign(made, attributes);
    made.append(...children);
    return made;
}
function shape(name, attributes, text) {
    const made = document.createElementNS(SVG, name);
    for (const [key, value] of Object.entries(attributes)) {
        made.setAttribute(key, value);
    }
    if (text !== undefined) {
        made.textContent = text;
    }
    return made;
}
function swatch(order) {
    return element("span", { className: "swatch " + orderClass(order), title: orderName(order) },
        orderLetter(order));
}

/* What most of the packet says; ties to the lower number, as everywhere here. */
function mainOrder(packet) {
    let best = ABSENT;
    for (const [order, count] of packet.orders) {
        const most = packet.orders.get(best) || 0;
        if (count > most || (count === most && order < best)) {
            best = order;
        }
    }
    return best;
}
function isShown(packet) {
    return packet.instance === state.instance && packet.round === state.round &&
        (state.filter === "all" || (state.filter === "from" && packet.from === state.general) ||
        (state.filter === "to" && packet.to === state.general) ||
        (state.filter === "false" && packet.wrong > 0));
}

/* A bent line, so that there and back do not cover each other; `share` is how far it has come. */
const seatRadius = game.generals <= 12 ? 24 : game.generals <= 24 ? 17 : 11;
function curve(packet) {
    const [ax, ay] = game.places[packet.from];
    const [bx, by] = game.places[packet.to];
    const length = Math.hypot(bx - ax, by - ay) || 1;
    const bend = Math.min(26, length / 9);
    const cx = (ax + bx) / 2 - (by - ay) / length * bend;
    const cy = (ay + by) / 2 + (bx - ax) / length * bend;
    const edge = (x, y, far) => {
        const d = Math.hypot(cx - x, cy - y) || 1;
        return [x + (cx - x) / d * far, y + (cy - y) / d * far];
    };
    return { a: edge(ax, ay, seatRadius + 3), c: [cx, cy], b: edge(bx, by, seatRadius + 9) };
}
function pointOn({ a, c, b }, t) {
    const u = 1 - t;
    return [0, 1].map(i => u * u * a[i] + 2 * u * t * c[i] + t * t * b[i]);
}
function drawPacket(packet) {
    const path = curve(packet);
    const isSilent = packet.orders.size === 1 && packet.orders.has(ABSENT);
    const reach = state.flight * (isSilent ? 0.25 : 1);
    const order = mainOrder(packet);
    const kind = orderClass(order);
    const end = pointOn(path, reach);
    const middle = [0, 1].map(i => path.a[i] + (path.c[i] - path.a[i]) * reach);
    const d = `M${path.a}Q${middle} ${end}`;
    const group = shape("g", { class: state.chosen === packet.key ? "chosen" : "" });
    group.append(shape("title", {}, `${packet.from} to ${packet.to}: ` + (packet.count === 1
        ? orderName(order) : packet.count + " values") + (packet.wrong ? ", not what is due" : "")));
    group.append(shape("path", { class: `arrow ${kind}${packet.wrong ? " false" : ""}`, d }));
    if (isSilent) {
        group.append(shape("circle", { class: "flier ox", cx: end[0], cy: end[1], r: 4 }));
    } else {
        const before = pointOn(path, Math.max(0, reach - 0.04));
        const angle = Math.atan2(end[1] - before[1], end[0] - before[0]) * 180 / Math.PI;
        group.append(shape("path", { class: "tip " + kind, d: "M8 0L-5-5V5Z",
            transform: `translate(${end}) rotate(${angle})` }));
    }
    if (packet.orders.size > 1) {
        /* A bead for each order that travels, in proportion. */
        let at = 0.3;
        for (const [each, count] of [...packet.orders].sort((x, y) => x[0] - y[0])) {
            const size = 0.4 * count / packet.count;
            const spot = pointOn(path, Math.min(reach, at + size / 2));
            group.append(shape("circle", { class: "flier " + orderClass(each), cx: spot[0], cy: spot[1],
                r: 3 + 4 * Math.sqrt(count / packet.count) }));
            at += size;
        }
    }
    if (packet.wrong) {
        const spot = pointOn(path, Math.min(reach, 0.14));
        const mark = shape("g", { class: "mark", transform: `translate(${spot})` });
        mark.append(shape("path", { class: "badge", d: "M0-8L7.6 5.6H-7.6Z" }),
            shape("path", { class: "glyph", d: "M0-3.4V1M0 3V3.6" }));
        group.append(mark);
    }
    const hit = shape("path", { class: "hit", d });
    group.append(hit);
    group.addEventListener("click", () => { state.chosen = packet.key; pause(); refresh(); });
    stage.append(group);
}
function drawSeat(g) {
    const [x, y] = game.places[g];
    const group = shape("g", { class: "seat" + (isTraitor(g) ? " traitor" : "") +
        (g === state.general ? " picked" : ""), transform: `translate(${x} ${y})`, tabindex: 0,
        role: "button", "aria-label": `general ${g}` });
    const r = seatRadius;
    group.append(shape("circle", { class: "halo", r: r + 5 }));
    if (roleOf(g) === "commander") {
        group.append(shape("rect", { class: "disc", x: -r, y: -r, width: 2 * r, height: 2 * r, rx: 3 }));
    } else {
        group.append(shape("circle", { class: "disc", r }));
    }
    group.append(shape("text", { class: "disc-text", y: 5 }, String(g)));
    if (game.regular.includes(g)) {
        group.append(shape("circle", { class: "ring", r: r + 4 }));
    }
    if (state.round > lastRound) {
        const order = decisionOf(g);
        const spot = shape("g", { class: isTraitor(g) ? "unbound" : "",
            transform: `translate(${r * 0.9} ${-r * 0.9})` });
        spot.append(shape("circle", { class: "cell " + orderClass(order), r: 10 }),
            shape("text", { class: "letter", y: 4 }, orderLetter(order)));
        group.append(spot);
    }
    group.addEventListener("click", () => choose(g));
    group.addEventListener("keydown", event => { if (event.key === "Enter") { choose(g); } });
    stage.append(group);
}
function drawStage() {
    stage.replaceChildren();
    for (const [a, b] of game.edges) {
        const [x1, y1] = game.places[a];
        const [x2, y2] = game.places[b];
        stage.append(shape("line", { class: "wire", x1, y1, x2, y2 }));
    }
    if (state.round === 0) {
        (game.ways[state.general] || []).forEach((way, i) => {
            stage.append(shape("path", { class: "way w" + i % 4, fill: "none",
                d: "M" + way.map(g => game.places[g].join(" ")).join("L") }));
        });
    }
    const shown = all.filter(isShown);
    shown.filter(packet => !packet.wrong).forEach(drawPacket);
    shown.filter(packet => packet.wrong).forEach(drawPacket);
    for (let g = 0; g < game.generals; g++) {
        drawSeat(g);
    }
}

function quote(message, packet) {
    const said = `\u201c${orderName(message.sent)}\u201d`;
    if (game.algorithm === "sm") {
        return `general ${packet.from} shows ${packet.to}: ${said}, signed by ${message.path.join(", then ") || "nobody"}`;
    }
    const chain = message.path.slice(0, -1).reverse().map(g => `${g} said`);
    return `general ${packet.from} tells ${packet.to}: ` + (chain.length === 0 ? said
        : chain.join(" that ") + " " + said);
}
function messageRows(packet) {
    const table = element("table", {});
    table.append(element("tr", {}, ...["path", "sent", "due", "", "receiver"].map(
        text => element("th", {}, text))));
    for (const message of packet.messages.slice(0, 60)) {
        const fate = element("td", { className: message.fate ? "false-word" : "" }, game.fates[message.fate]);
        table.append(element("tr", {}, element("td", {}, message.path.join(" \u2192 ")),
            element("td", {}, swatch(message.sent), orderName(message.sent)),
            element("td", {}, swatch(message.due), orderName(message.due)), fate,
            element("td", {}, game.verdicts[message.verdict])));
    }
    return table;
}
function showPacket(packet) {
    side.append(element("h2", {}, `Round ${packet.round}: ${packet.from} to ${packet.to}`));
    if (packet.messages.length === 0) {
        side.append(element("p", {}, `${packet.count} values, ${packet.wrong} not what is due`));
        return;
    }
    for (const message of packet.messages.slice(0, 3)) {
        side.append(element("p", { className: "quote" }, message.sent === ABSENT
            ? `general ${packet.from} says nothing to ${packet.to}; ${orderName(message.due)} was due`
            : quote(message, packet)));
    }
    side.append(messageRows(packet));
    if (packet.messages.length > 60) {
        side.append(element("p", { className: "hint" }, `and ${packet.messages.length - 60} more`));
    }
}
function showGeneral() {
    const g = state.general;
    side.append(element("h2", {}, `General ${g}, ${roleOf(g)}` +
        (isTraitor(g) ? `, traitor (${game.strategies[g]})` : "")));
    side.append(element("p", {}, isTraitor(g) ? "would obey " : "obeys ", swatch(decisionOf(g)),
        orderName(decisionOf(g))));
    const table = element("table", {});
    const isOver = state.round > lastRound;
    for (const packet of all.filter(p => p.instance === state.instance && p.to === g &&
        (p.round === state.round || isOver)).slice(0, 400)) {
        const orders = [...packet.orders].sort((x, y) => x[0] - y[0]);
        const row = element("tr", { className: "open" + (state.chosen === packet.key ? " chosen" : "") },
            element("td", {}, isOver ? `round ${packet.round}, from ${packet.from}` : `from ${packet.from}`),
            element("td", {}, ...orders.flatMap(([order, count]) =>
                [swatch(order), packet.count === 1 ? orderName(order) : `${count}\u00d7 `])),
            element("td", { className: "false-word" }, packet.wrong ? "not what is due" : ""));
        row.addEventListener("click", () => {
            state.chosen = packet.key;
            go(packet.round, 1);
        });
        table.append(row);
    }
    if (table.childElementCount > 0) {
        side.append(element("p", { className: "hint" },
            isOver ? "heard in all rounds:" : `heard in round ${state.round}:`), table);
    }
}
function refresh() {
    slider.value = state.round;
    document.getElementById("when").textContent = state.round === 0 ? "before"
        : state.round > lastRound ? "all obey" : `round ${state.round} of ${lastRound}`;
    document.getElementById("play").textContent = state.playing ? "Pause" : "Play";
    document.getElementById("general").value = state.general;
    document.getElementById("instance").value = state.instance;
    document.getElementById("filter").value = state.filter;
    drawStage();
    side.replaceChildren();
    showGeneral();
    if (state.round === 0 && (game.ways[state.general] || []).length > 0) {
        side.append(element("p", { className: "hint" }, "Ringed: the regular set that the commander " +
            `addresses. Thick lines: the paths from it to general ${state.general}, which share nothing else.`));
    }
    const chosen = packets.get(state.chosen);
    if (chosen && chosen.round === state.round && chosen.instance === state.instance) {
        side.append(element("hr", {}));
        showPacket(chosen);
    } else if (game.recorded) {
        side.append(element("p", { className: "hint" },
            "Click a message: who said what, what was due, and what the receiver thought of it."));
    } else {
        side.append(element("p", { className: "hint" },
            `${game.sent} messages are too many for a record: only counts and decisions are here.`));
    }
    for (const section of document.querySelectorAll("[data-show]")) {
        const { show, instance, general } = section.dataset;
        section.hidden = show !== "always" && (Number(instance) !== state.instance ||
            (show === "tree" && Number(general) !== state.general));
    }
}
function remember() {
    const text = `#round=${state.round}&general=${state.general}` +
        (game.instances.length > 1 ? `&instance=${state.instance}` : "");
    history.replaceState(null, "", text);
}
function choose(g) {
    state.general = (g + game.generals) % game.generals;
    remember();
    refresh();
}
function go(round, flight) {
    state.round = Math.max(0, Math.min(lastRound + 1, round));
    state.flight = flight;
    remember();
    refresh();
}

const isCalm = matchMedia("(prefers-reduced-motion: reduce)").matches;
const FLIGHT_MS = isCalm ? 1 : 1400;
const REST_MS = 900;
let started = 0;
let frame = 0;
function tick(now) {
    if (!state.playing) {
        return;
    }
    started = started || now;
    const passed = now - started;
    if (state.round > lastRound) {
        pause();
        refresh();
        return;
    }
    if (passed > FLIGHT_MS + REST_MS || state.round === 0) {
        started = now;
        go(state.round + 1, state.round + 1 > lastRound ? 1 : 0);
    } else if (state.flight < 1) {
        state.flight = Math.min(1, passed / FLIGHT_MS);
        drawStage();
    }
    frame = requestAnimationFrame(tick);
}
function pause() {
    state.playing = false;
    state.flight = 1;
    cancelAnimationFrame(frame);
}
function toggle() {
    if (state.playing) {
        pause();
    } else {
        state.playing = true;
        started = 0;
        state.round = state.round > lastRound ? 0 : state.round;
        frame = requestAnimationFrame(tick);
    }
    refresh();
}
function step(by) {
    pause();
    go(state.round + by, 1);
}

function fillSelect(id, count, text) {
    const select = document.getElementById(id);
    for (let i = 0; i < count; i++) {
        select.append(element("option", { value: i }, text(i)));
    }
    select.addEventListener("change", () => {
        state[id] = Number(select.value);
        remember();
        refresh();
    });
}
function readHash() {
    const wanted = new URLSearchParams(location.hash.slice(1));
    const number = (name, most, otherwise) => {
        const value = Number.parseInt(wanted.get(name), 10);
        return Number.isInteger(value) && value >= 0 && value <= most ? value : otherwise;
    };
    state.round = number("round", lastRound + 1, 1);
    const commander = game.instances.length === 1 ? game.instances[0].commander : -1;
    state.general = number("general", game.generals - 1, commander === 0 ? 1 : 0);
    state.instance = number("instance", Math.max(0, game.instances.length - 1), 0);
}
function showHead() {
    document.getElementById("name").textContent = game.name || "generals";
    document.getElementById("text").textContent = game.text;
    const named = game.traitors.length === 0 ? "all loyal" : "traitors: " + game.traitors.join(", ");
    document.getElementById("game").textContent = `${game.game}; ${named}`;
    for (const name of ["ic1", "ic2"]) {
        const { state: what, reason } = game[name];
        const kind = what === "holds" ? " holds" : what === "violated" ? " fails" : "";
        document.getElementById("verdicts").append(element("div", {},
            element("span", { className: "chip-box" + kind }, `${name.toUpperCase()} ${what}`),
            element("span", {}, reason)));
    }
}
showHead();
fillSelect("general", game.generals, i => i + (isTraitor(i) ? " (traitor)" : ""));
fillSelect("instance", game.instances.length, i => `${i}: commander ${game.instances[i].commander}`);
document.getElementById("instances").hidden = game.instances.length < 2;
slider.max = lastRound + 1;
slider.addEventListener("input", () => { pause(); go(Number(slider.value), 1); });
document.getElementById("play").addEventListener("click", toggle);
document.getElementById("back").addEventListener("click", () => step(-1));
document.getElementById("forth").addEventListener("click", () => step(1));
document.getElementById("filter").addEventListener("change", event => {
    state.filter = event.target.value;
    refresh();
});
addEventListener("hashchange", () => { readHash(); refresh(); });
addEventListener("keydown", event => {
    const isField = event.target instanceof Element && event.target.matches("select, input, button");
    if (isField && event.key !== "[" && event.key !== "]") {
        return;
    }
    const keys = { " ": toggle, ArrowLeft: () => step(-1), ArrowRight: () => step(1),
        Home: () => step(-lastRound - 1), End: () => step(lastRound + 1),
        "[": () => choose(state.general - 1), "]": () => choose(state.general + 1) };
    if (keys[event.key]) {
        event.preventDefault();
        keys[event.key]();
    }
});
state.filter = game.generals > 12 ? "to" : "all";
readHash();
refresh();
}());
