/* cluster.js - a group's run over time: lanes, views, messages, votes; zoom, filters, and what is
 * in a message. Texts of the run are only ever set as text, never as markup. */
"use strict";
(function () {
const run = JSON.parse(document.getElementById("data").textContent);
const $ = id => document.getElementById(id);
const stage = $("stage");
const whole = $("whole");
const SVG = $("sample").namespaceURI;
const MARK = {};
["START", "CRASH", "TRAITOR", "BAD_DISK", "VIEW", "NOTARIZE", "NULLIFY", "FINALIZE", "ORDER",
    "CERTIFICATE", "DECIDED", "SERVES", "BUSY", "GONE", "JUDGED", "ASKS", "GOT", "UNKNOWN", "FAULT",
    "CALM"].forEach((name, i) => { MARK[name] = i; });

/* ---- what there is ---- */

const ORDER_OF_KINDS = [2, 3, 1, 9, 4, 5, 0, 7, 8, 6]; /* what a frame is called after */
const frames = run.frames.map(([number, from, to, sent, came, why, bytes, messages, more]) => {
    const list = [];
    for (let i = 0; i < messages.length; i += 2) {
        list.push({ kind: messages[i], text: messages[i + 1] });
    }
    const kinds = new Set(list.map(message => message.kind));
    return { number, from, to, sent, came, why, bytes, list, more: more || 0, kinds, at: sent,
        kind: ORDER_OF_KINDS.find(kind => kinds.has(kind)) };
});
const marks = run.marks.map(([at, lane, mark, number, text]) => ({ at, lane, mark, number, text }));
const events = [...marks, ...frames].sort((a, b) => a.at - b.at);
const began = events.length ? events[0].at : 0;
const ended = Math.max(run.end, events.length ? events[events.length - 1].at : 0, began + 1);
const laneCount = run.lanes.length;
const isCustomer = lane => run.lanes[lane][1] === 2;

/* Of each lane: its views, when it was down, since when it is a traitor. */
const stories = run.lanes.map((lane, i) => {
    const stand = run.stands[i];
    const story = { views: [], downs: [], treason: lane[1] === 1 ? began : Infinity };
    if (stand) {
        story.treason = stand[2] ? began : Infinity;
        if (stand[0]) {
            story.views.push({ from: began, view: stand[0] });
        }
        story.up = stand[1];
        if (!stand[1]) {
            story.downs.push({ from: began, to: Infinity });
        }
    }
    return story;
});
for (const mark of marks) {
    const story = stories[mark.lane];
    if (!story) {
        continue;
    }
    const last = story.downs[story.downs.length - 1];
    if (mark.mark === MARK.VIEW) {
        story.views.push({ from: mark.at, view: mark.number });
    } else if (mark.mark === MARK.START) {
        story.up++;
        if (last && last.to === Infinity) {
            last.to = mark.at;
        }
    } else if (mark.mark === MARK.CRASH) {
        story.up--;
        if (story.up <= 0) {
            story.downs.push({ from: mark.at, to: Infinity });
            story.views.push({ from: mark.at, view: 0 });
        }
    } else if (mark.mark === MARK.TRAITOR || mark.mark === MARK.BAD_DISK) {
        story.treason = Math.min(story.treason, mark.at);
    }
}

/* Faults that are in sight, in as few rows as they fit into. */
const faults = [];
const rowEnds = [];
for (const [from, to, text, set] of run.faults) {
    if (to < began) {
        continue;
    }
    const length = Math.max(to, from + (ended - began) / 60);
    let row = rowEnds.findIndex(end => end < from);
    if (row < 0) {
        row = rowEnds.length < 6 ? rowEnds.length : rowEnds.indexOf(Math.min(...rowEnds));
    }
    rowEnds[row] = Math.max(rowEnds[row] || 0, length);
    faults.push({ from, to, text, set, row });
}

/* ---- what is seen of it ---- */

const state = { from: began, to: ended, chosen: null, hover: null, kinds: new Set(run.kinds.keys()),
    marks: { votes: true, views: true, operations: true, others: true },
    customers: true, lost: false, traitors: false, focus: -1 };
const GUTTER = 170;
const RULER = 24;
const FAULT_ROW = 17;
const BAND = 20;
let height = 0;
let colours = {};

function readColours() {
    const style = getComputedStyle(document.documentElement);
    const get = name => style.getPropertyValue("--" + name).trim();
    colours = { kinds: run.kinds.map((kind, i) => get("k" + i)) };
    for (const name of ["paper", "ink", "soft", "edge", "panel", "accent", "treason", "good", "lie",
        "even", "odd", "even-bad", "odd-bad", "band-ink", "grid", "fault", "fault-fill", "down", "done"]) {
        colours[name] = get(name);
    }
}
const DASHES = [[6, 3], [11, 4], [], [], [14, 3, 2, 3], [2, 3], [1, 4], [8, 3], [3, 2], [2, 2]];
const shownLanes = () => run.lanes.map((lane, i) => i).filter(i => state.customers || !isCustomer(i));
const topOfLanes = () => RULER + rowEnds.length * FAULT_ROW + 10;
/* A customer's lane is half as high as a replica's. */
const weight = lane => isCustomer(lane) ? 0.5 : 1;
function laneHeight() {
    const sum = shownLanes().reduce((all, lane) => all + weight(lane), 0);
    return Math.max(38, Math.min(96, 470 / sum));
}
let laneYs = [];
function placeLanes() {
    let y = topOfLanes();
    laneYs = [];
    for (const lane of shownLanes()) {
        laneYs[lane] = y + weight(lane) * laneHeight() / 2;
        y += weight(lane) * laneHeight();
    }
    return y;
}
const laneY = lane => laneYs[lane];
function bandOf(lane) { return isCustomer(lane) ? 6 : Math.min(BAND, laneHeight() * 0.5); }
const width = () => stage.clientWidth;
const xOf = at => GUTTER + (at - state.from) / (state.to - state.from) * (width() - GUTTER - 10);
const timeAt = x => state.from + (x - GUTTER) / (width() - GUTTER - 10) * (state.to - state.from);

function isShown(event) {
    if (event.list) {
        const isTraitor = stories[event.from].treason <= event.sent ||
            (isCustomer(event.from) && run.lanes[event.from][2] !== "honest");
        return [...event.kinds].some(kind => state.kinds.has(kind)) &&
            (state.customers || (!isCustomer(event.from) && !isCustomer(event.to))) &&
            (!state.lost || event.why) && (!state.traitors || isTraitor) &&
            (state.focus < 0 || event.from === state.focus || event.to === state.focus);
    }
    if (event.lane >= 0 && isCustomer(event.lane) && !state.customers) {
        return false;
    }
    return state.marks[groupOf(event.mark)];
}
function groupOf(mark) {
    return mark >= MARK.NOTARIZE && mark <= MARK.DECIDED ? "votes"
        : mark === MARK.VIEW ? "views"
        : mark >= MARK.ASKS && mark <= MARK.UNKNOWN ? "operations" : "others";
}

/* ---- words ---- */

const pad = (number, digits) => String(number).padStart(digits, "0");
function seconds(at) {
    return Math.floor(at / 1e9) + "." + pad(Math.floor(at % 1e9 / 1e3), 6);
}
function span(ns) {
    return ns >= 1e9 ? (ns / 1e9).toFixed(3) + " s" : ns >= 1e6 ? (ns / 1e6).toFixed(3) + " ms"
        : (ns / 1e3).toFixed(1) + " \u00b5s";
}
function nameOf(lane) {
    return lane < 0 ? "the world" : isCustomer(lane) ? "customer " + run.lanes[lane][0].slice(1)
        : "replica " + run.lanes[lane][0];
}
function saysMark(event) {
    const view = event.mark === MARK.VIEW ? " v" + event.number
        : event.mark === MARK.START ? " at h" + event.number : "";
    return run.names[event.mark] + view + (event.text ? ": " + event.text : "");
}
const fateOf = event => event.why ? event.why : event.came < 0 ? "under way" : "";
function lineOf(event) {
    if (event.list) {
        const what = event.list.map(message => message.text).join(" \u00b7 ");
        const who = run.lanes[event.from][0] + "\u2192" + run.lanes[event.to][0];
        return seconds(event.at) + "  " + who.padEnd(7) + (fateOf(event) ? fateOf(event) + ": " : "") + what;
    }
    const who = event.lane < 0 ? "*" : run.lanes[event.lane][0];
    return seconds(event.at) + "  " + who.padEnd(7) + saysMark(event);
}

/* ---- drawing ---- */

function prepare(canvas, cssHeight) {
    const ratio = window.devicePixelRatio || 1;
    const cssWidth = canvas.clientWidth;
    if (canvas.width !== Math.round(cssWidth * ratio) || canvas.height !== Math.round(cssHeight * ratio)) {
        canvas.width = Math.round(cssWidth * ratio);
        canvas.height = Math.round(cssHeight * ratio);
        canvas.style.height = cssHeight + "px";
    }
    const pen = canvas.getContext("2d");
    pen.setTransform(ratio, 0, 0, ratio, 0, 0);
    pen.fillStyle = colours.paper;
    pen.fillRect(0, 0, cssWidth, cssHeight);
    pen.lineJoin = "round";
    return pen;
}
function font(pen, size, isBold) {
    pen.font = (isBold ? "bold " : "") + size + 'px "DejaVu Sans", "Liberation Sans", Helvetica, Arial, sans-serif';
}
/* Text that is cut to its room, or left out where there is none. */
function label(pen, text, x, y, room) {
    if (room < 14) {
        return;
    }
    let shown = text;
    while (shown.length > 1 && pen.measureText(shown).width > room) {
        shown = shown.slice(0, Math.max(1, Math.floor(shown.length * 0.85) - 1)) + "\u2026";
        if (shown.length <= 2) {
            return;
        }
        if (pen.measureText(shown).width > room) {
            shown = shown.slice(0, -1);
        }
    }
    pen.fillText(shown, x, y);
}
function drawRuler(pen) {
    const rough = (state.to - state.from) / Math.max(2, (width() - GUTTER) / 130);
    const power = Math.pow(10, Math.floor(Math.log10(rough)));
    const step = [1, 2, 5, 10].map(factor => factor * power).find(each => each >= rough);
    font(pen, 11);
    pen.textBaseline = "middle";
    for (let at = Math.ceil(state.from / step) * step; at <= state.to; at += step) {
        const x = Math.round(xOf(at)) + 0.5;
        pen.strokeStyle = colours.grid;
        pen.beginPath();
        pen.moveTo(x, RULER - 6);
        pen.lineTo(x, height);
        pen.stroke();
        pen.fillStyle = colours.soft;
        pen.textAlign = "left";
        const digits = Math.max(0, Math.min(9, 9 - Math.floor(Math.log10(step))));
        pen.fillText((at / 1e9).toFixed(digits) + " s", x + 3, RULER - 14);
    }
}
function drawFaults(pen) {
    font(pen, 11);
    pen.textAlign = "left";
    for (const fault of faults) {
        const x = Math.max(GUTTER, xOf(fault.from));
        const end = Math.min(width() - 6, Math.max(xOf(fault.to), x + 3));
        if (fault.from > state.to || fault.to < state.from || end <= GUTTER) {
            continue;
        }
        const y = RULER + fault.row * FAULT_ROW;
        pen.fillStyle = colours["fault-fill"];
        pen.fillRect(x, y + 1, end - x, FAULT_ROW - 3);
        pen.fillStyle = colours.fault;
        pen.fillRect(x, y + 1, 3, FAULT_ROW - 3);
        const next = faults.filter(other => other.row === fault.row && other.from > fault.from)
            .reduce((least, other) => Math.min(least, xOf(other.from)), width());
        label(pen, fault.text, x + 7, y + FAULT_ROW / 2, next - x - 12);
    }
}
function hatch(pen, x, y, w, h) {
    pen.save();
    pen.beginPath();
    pen.rect(x, y, w, h);
    pen.clip();
    pen.strokeStyle = colours.down;
    pen.lineWidth = 1;
    pen.beginPath();
    for (let at = Math.floor((x - h) / 7) * 7; at < x + w; at += 7) {
        pen.moveTo(at, y + h);
        pen.lineTo(at + h, y);
    }
    pen.stroke();
    pen.restore();
}
function drawBand(pen, lane) {
    const story = stories[lane];
    const band = bandOf(lane);
    const y = laneY(lane) - band / 2;
    const right = width() - 10;
    font(pen, 10.5, true);
    pen.textBaseline = "middle";
    pen.textAlign = "left";
    pen.fillStyle = colours.grid;
    if (isCustomer(lane) || run.lanes[lane][1] === 1) {
        pen.fillStyle = run.lanes[lane][2] === "honest" ? colours.odd : colours["odd-bad"];
        pen.fillRect(GUTTER, y, right - GUTTER, band);
        return;
    }
    for (let i = 0; i < story.views.length; i++) {
        const { from, view } = story.views[i];
        const to = i + 1 < story.views.length ? story.views[i + 1].from : ended;
        if (to < state.from || from > state.to || !view || !state.marks.views) {
            continue;
        }
        const x = Math.max(GUTTER, xOf(from));
        const end = Math.min(right, xOf(to));
        const turn = Math.max(x, Math.min(end, xOf(Math.min(story.treason, ended))));
        const shade = view % 2 ? "odd" : "even";
        pen.fillStyle = colours[shade];
        pen.fillRect(x, y, Math.max(0.7, turn - x), band);
        if (story.treason < to) {
            pen.fillStyle = colours[shade + "-bad"];
            pen.fillRect(turn, y, Math.max(0.7, end - turn), band);
        }
        pen.fillStyle = colours["band-ink"];
        label(pen, "v" + view, x + 3, y + band / 2 + 0.5, end - x - 5);
    }
    for (const { from, to } of story.downs) {
        const x = Math.max(GUTTER, xOf(from));
        const end = Math.min(right, xOf(Math.min(to, ended)));
        if (end > x) {
            pen.fillStyle = colours.panel;
            pen.fillRect(x, y, end - x, band);
            hatch(pen, x, y, end - x, band);
            pen.fillStyle = colours.soft;
            label(pen, "down", x + 4, y + band / 2 + 0.5, end - x - 6);
        }
    }
}
function drawNames(pen) {
    pen.fillStyle = colours.paper;
    pen.fillRect(0, 0, GUTTER - 1, height);
    pen.textAlign = "left";
    pen.textBaseline = "middle";
    if (rowEnds.length) {
        font(pen, 12);
        pen.fillStyle = colours.soft;
        pen.fillText("faults", 2, RULER + rowEnds.length * FAULT_ROW / 2);
    }
    for (const lane of shownLanes()) {
        const [name, kind, role] = run.lanes[lane];
        const y = laneY(lane);
        const isBad = role !== "loyal" && role !== "honest";
        if (state.focus === lane) {
            pen.fillStyle = colours.accent;
            pen.fillRect(0, y - 14, 3, 28);
        }
        font(pen, kind === 2 ? 14 : 20, true);
        pen.fillStyle = isBad ? colours.treason : colours.ink;
        pen.fillText(name, 7, y);
        const x = 15 + pen.measureText(name).width;
        font(pen, 11.5, isBad);
        pen.fillStyle = isBad ? colours.treason : colours.soft;
        label(pen, role, x, y, GUTTER - x - 4);
    }
}
function lineOfFrame(frame) {
    const down = laneY(frame.to) > laneY(frame.from);
    const y1 = laneY(frame.from) + (down ? 1 : -1) * bandOf(frame.from) / 2;
    const y2 = laneY(frame.to) - (down ? 1 : -1) * bandOf(frame.to) / 2;
    const x1 = xOf(frame.sent);
    if (frame.came >= 0) {
        return [x1, y1, xOf(frame.came), y2];
    }
    const share = frame.why ? 0.35 : 0.6;
    return [x1, y1, x1 + 14, y1 + (y2 - y1) * share];
}
function drawFrame(pen, frame, isStrong, strength) {
    const [x1, y1, x2, y2] = lineOfFrame(frame);
    pen.strokeStyle = colours.kinds[frame.kind];
    pen.fillStyle = colours.kinds[frame.kind];
    pen.lineWidth = isStrong ? 3.5 : frame.kind === 2 ? 2 : 1.2;
    pen.globalAlpha = isStrong ? 1 : (frame.kind === 6 ? 0.5 : 0.8) * strength;
    pen.setLineDash(DASHES[frame.kind]);
    pen.beginPath();
    pen.moveTo(x1, y1);
    pen.lineTo(x2, y2);
    pen.stroke();
    pen.setLineDash([]);
    if (frame.came >= 0) {
        const angle = Math.atan2(y2 - y1, x2 - x1);
        const size = isStrong ? 9 : 6;
        pen.beginPath();
        pen.moveTo(x2, y2);
        pen.lineTo(x2 - size * Math.cos(angle - 0.4), y2 - size * Math.sin(angle - 0.4));
        pen.lineTo(x2 - size * Math.cos(angle + 0.4), y2 - size * Math.sin(angle + 0.4));
        pen.fill();
    } else if (frame.why) {
        pen.strokeStyle = colours.treason;
        pen.lineWidth = 1.8;
        pen.beginPath();
        pen.moveTo(x2 - 3.5, y2 - 3.5);
        pen.lineTo(x2 + 3.5, y2 + 3.5);
        pen.moveTo(x2 + 3.5, y2 - 3.5);
        pen.lineTo(x2 - 3.5, y2 + 3.5);
        pen.stroke();
    }
    pen.globalAlpha = 1;
}
const LETTERS = { [MARK.NOTARIZE]: "N", [MARK.NULLIFY]: "X", [MARK.FINALIZE]: "F" };
function inkOf(mark) {
    return mark === MARK.NOTARIZE ? colours.kinds[3] : mark === MARK.FINALIZE ? colours.kinds[1]
        : mark === MARK.NULLIFY ? colours.treason : mark === MARK.ORDER ? colours.kinds[2]
        : mark === MARK.CERTIFICATE ? colours.kinds[1] : mark === MARK.DECIDED ? colours.done
        : mark === MARK.JUDGED ? colours.lie : mark === MARK.CRASH || mark === MARK.TRAITOR ||
        mark === MARK.BAD_DISK || mark === MARK.UNKNOWN ? colours.treason : colours.soft;
}
function diamond(pen, x, y, r) {
    pen.beginPath();
    pen.moveTo(x, y - r);
    pen.lineTo(x + r, y);
    pen.lineTo(x, y + r);
    pen.lineTo(x - r, y);
    pen.closePath();
    pen.fill();
}
/* Where a mark sits on its lane: votes above the band's middle line, what follows below it. */
function spotOf(event) {
    return [xOf(event.at), laneY(event.lane)];
}
function drawMark(pen, event, room, isStrong) {
    const [x, y] = spotOf(event);
    const half = bandOf(event.lane) / 2;
    pen.fillStyle = inkOf(event.mark);
    pen.strokeStyle = inkOf(event.mark);
    const letter = LETTERS[event.mark];
    if (isStrong) {
        pen.save();
        pen.strokeStyle = colours.accent;
        pen.lineWidth = 3;
        pen.beginPath();
        pen.arc(x, y, half + 6, 0, 7);
        pen.stroke();
        pen.restore();
    }
    if (letter) {
        if (room < 9 && !isStrong) {
            pen.fillRect(x - 1, y - half, 2, 2 * half);
            return;
        }
        pen.fillRect(x - 7, y - 7, 14, 14);
        font(pen, 10.5, true);
        pen.fillStyle = colours.paper;
        pen.textAlign = "center";
        pen.fillText(letter, x, y + 0.5);
    } else if (event.mark === MARK.DECIDED) {
        diamond(pen, x, y + half + 1, room < 9 ? 4 : 6);
        if (room >= 24) {
            font(pen, 10, true);
            pen.textAlign = "left";
            pen.fillText("h" + event.number, x + 8, y + half + 6);
        }
    } else if (event.mark === MARK.JUDGED) {
        pen.beginPath();
        pen.moveTo(x, y - half - 9);
        pen.lineTo(x + 6, y - half + 1);
        pen.lineTo(x - 6, y - half + 1);
        pen.closePath();
        pen.strokeStyle = colours.ink;
        pen.lineWidth = 1;
        pen.fill();
        pen.stroke();
    } else if (event.mark === MARK.CERTIFICATE) {
        pen.fillRect(x - 0.8, y - half - 3, 1.6, 5);
    } else if (event.mark === MARK.ORDER) {
        pen.fillRect(x - 0.8, y + half - 2, 1.6, 5);
    } else if (event.mark === MARK.ASKS || event.mark === MARK.GOT || event.mark === MARK.UNKNOWN) {
        pen.lineWidth = 1.5;
        pen.beginPath();
        pen.arc(x, y, 4, 0, 7);
        if (event.mark === MARK.ASKS) {
            pen.fillStyle = colours.paper;
        }
        pen.fill();
        pen.stroke();
    } else if (event.mark === MARK.CRASH || event.mark === MARK.TRAITOR || event.mark === MARK.BAD_DISK) {
        pen.fillRect(x - 1.5, y - half - 5, 3, 2 * half + 10);
        font(pen, 10.5, true);
        pen.textAlign = "left";
        pen.fillText(run.names[event.mark], x + 5, y - half - 6);
    } else if (event.mark !== MARK.VIEW) {
        pen.fillRect(x - 1, y - half - 4, 2, 2 * half + 8);
    }
}
function drawMarks(pen) {
    const nextX = run.lanes.map(() => new Map());
    for (let i = marks.length - 1; i >= 0; i--) {
        const event = marks[i];
        if (event.lane < 0 || !isShown(event) || event.at < state.from || event.at > state.to) {
            continue;
        }
        const x = xOf(event.at);
        const row = event.mark === MARK.DECIDED ? 1 : LETTERS[event.mark] ? 0 : 2;
        const next = nextX[event.lane].get(row);
        nextX[event.lane].set(row, x);
        drawMark(pen, event, next === undefined ? 100 : Math.max(0, next - x), false);
    }
}
function drawLine(pen, at, colour, text) {
    if (at < state.from || at > state.to) {
        return;
    }
    const x = Math.round(xOf(at));
    pen.strokeStyle = colour;
    pen.lineWidth = 2;
    pen.setLineDash([5, 4]);
    pen.beginPath();
    pen.moveTo(x, RULER - 4);
    pen.lineTo(x, height);
    pen.stroke();
    pen.setLineDash([]);
    font(pen, 11.5, true);
    pen.fillStyle = colour;
    pen.textAlign = x > width() - 140 ? "right" : "left";
    pen.fillText(text, x + (x > width() - 140 ? -5 : 5), height - 9);
}
function draw() {
    height = Math.round(placeLanes() + 22);
    const pen = prepare(stage, height);
    pen.textBaseline = "middle";
    pen.save();
    pen.beginPath();
    pen.rect(GUTTER - 1, 0, width() - GUTTER, height);
    pen.clip();
    drawRuler(pen);
    drawFaults(pen);
    shownLanes().forEach(lane => drawBand(pen, lane));
    const inSight = frames.filter(frame => frame.sent <= state.to &&
        (frame.came < 0 ? frame.sent + 1 : frame.came) >= state.from && isShown(frame));
    const strength = Math.max(0.35, Math.min(1, width() * 2 / laneCount / (inSight.length + 1)));
    inSight.forEach(frame => drawFrame(pen, frame, false, strength));
    drawMarks(pen);
    if (run.calm >= 0) {
        drawLine(pen, run.calm, colours.done, "calm begins");
    }
    if (run.finding) {
        drawLine(pen, run.end, colours.treason, "found here");
    }
    for (const event of [state.hover, state.chosen]) {
        if (event && event.list && isShown(event)) {
            drawFrame(pen, event, true);
        } else if (event && event.lane >= 0 && isShown(event)) {
            drawMark(pen, event, 100, true);
        }
    }
    pen.restore();
    drawNames(pen);
    drawWhole();
    $("when").textContent = seconds(Math.max(0, state.from)) + " s, " + span(state.to - state.from) + " wide";
}
function drawWhole() {
    const h = 46;
    const pen = prepare(whole, h);
    const w = whole.clientWidth;
    const x = at => (at - began) / (ended - began) * (w - 2) + 1;
    const bins = new Array(Math.max(1, Math.floor(w / 3))).fill(0);
    for (const frame of frames) {
        bins[Math.min(bins.length - 1, Math.floor(x(frame.sent) / 3))]++;
    }
    const most = Math.max(1, ...bins);
    for (const fault of faults) {
        pen.fillStyle = colours["fault-fill"];
        pen.fillRect(x(Math.max(fault.from, began)), 0, Math.max(2, x(fault.to) - x(fault.from)), h);
    }
    pen.fillStyle = colours.soft;
    bins.forEach((count, i) => pen.fillRect(i * 3, h - count / most * (h - 6), 2, count / most * (h - 6)));
    for (const mark of marks) {
        if (mark.mark === MARK.DECIDED || mark.mark === MARK.CRASH || mark.mark === MARK.TRAITOR) {
            pen.fillStyle = inkOf(mark.mark);
            pen.fillRect(x(mark.at), 0, 1.5, mark.mark === MARK.DECIDED ? 5 : h);
        }
    }
    const left = x(state.from);
    const right = Math.max(left + 3, x(state.to));
    pen.fillStyle = colours.accent;
    pen.globalAlpha = 0.18;
    pen.fillRect(left, 0, right - left, h);
    pen.globalAlpha = 1;
    pen.strokeStyle = colours.accent;
    pen.lineWidth = 2;
    pen.strokeRect(left, 1, right - left, h - 2);
}
let isDue = false;
function redraw() {
    if (!isDue) {
        isDue = true;
        requestAnimationFrame(() => { isDue = false; draw(); });
    }
}

/* ---- reading ---- */

function element(name, attributes, ...children) {
    const made = document.createElement(name);
    Object.assign(made, attributes);
    made.append(...children);
    return made;
}
function row(...cells) {
    return element("tr", {}, ...cells);
}
function cell(text, className) {
    return element("td", { textContent: text, className: className || "" });
}
function describe() {
    const side = $("side");
    const event = state.chosen;
    side.textContent = "";
    if (!event) {
        side.append(element("h2", { textContent: "Nothing chosen" }),
            element("p", { className: "hint", textContent: "Click a message or a mark to read it." }),
            legend());
        return;
    }
    const table = element("table", {});
    if (event.list) {
        side.append(element("h2", { textContent: `Frame #${event.number}: ${nameOf(event.from)} to ${nameOf(event.to)}` }));
        table.append(row(cell("sent"), cell(seconds(event.sent) + " s, " + event.bytes + " bytes")));
        table.append(row(cell(event.why ? "lost" : "came"), cell(event.why ? event.why
            : event.came < 0 ? "under way when the run ended, or when its receiver restarted"
            : seconds(event.came) + " s, after " + span(event.came - event.sent))));
        if (stories[event.from].treason <= event.sent) {
            table.append(row(cell("sender"), cell("a traitor: " + run.lanes[event.from][2], "false-word")));
        }
        for (const message of event.list) {
            const name = cell(run.kinds[message.kind], "kind-name");
            name.style.color = colours.kinds[message.kind];
            table.append(row(name, cell(message.text, "message")));
        }
        if (event.more) {
            table.append(row(cell(""), cell(event.more + " more")));
        }
    } else {
        side.append(element("h2", { textContent: nameOf(event.lane) + " " + run.names[event.mark] }));
        table.append(row(cell("when"), cell(seconds(event.at) + " s")));
        table.append(row(cell("what"), cell(saysMark(event), "message")));
    }
    side.append(table);
}
function legend() {
    const table = element("table", {});
    for (const [sign, text] of [["N", "votes Notarize"], ["X", "votes Nullify"], ["F", "votes Finalize"],
        ["\u25c6", "decides an order: its height"], ["\u25b2", "refuses what a peer sent"],
        ["\u25cb \u25cf", "a customer asks, and gets its result"], ["\u2715", "a message is lost"],
        ["v12", "a replica is in view 12; red: as a traitor; hatched: down"]]) {
        table.append(row(cell(sign, "kind-name"), cell(text)));
    }
    return table;
}
function listNear() {
    const near = $("near");
    const shown = events.filter(isShown);
    const chosen = state.chosen ? shown.indexOf(state.chosen) : -1;
    const seen = shown.findIndex(event => event.at >= state.from);
    const first = Math.max(0, chosen >= 0 ? chosen - 60 : seen >= 0 ? seen : shown.length - 30);
    near.textContent = "";
    near.scrollTop = 0;
    for (const event of shown.slice(first, first + 140)) {
        const isChosen = event === state.chosen;
        const line = element("div", { textContent: lineOf(event), title: lineOf(event),
            className: (isChosen ? "chosen " : "") + (event.why ? "lost" : "") });
        line.addEventListener("click", () => choose(event, true));
        near.append(line);
        if (isChosen) {
            requestAnimationFrame(() => { near.scrollTop = line.offsetTop - near.offsetTop - 180; });
        }
    }
}
function choose(event, isMoved) {
    state.chosen = event;
    if (event && isMoved && (event.at < state.from || event.at > state.to)) {
        const half = (state.to - state.from) / 2;
        show(event.at - half, event.at + half);
    }
    describe();
    listNear();
    redraw();
}
function step(by) {
    const shown = events.filter(isShown);
    const middle = (state.from + state.to) / 2;
    let at = state.chosen ? shown.indexOf(state.chosen) : -1;
    at = at >= 0 ? at + by : shown.findIndex(event => event.at >= middle);
    if (at >= 0 && at < shown.length) {
        choose(shown[at], true);
    }
}

/* ---- moving ---- */

function show(from, to) {
    const least = 2e3;
    const most = (ended - began) * 1.04;
    const size = Math.max(least, Math.min(most, to - from));
    const middle = (from + to) / 2;
    let start = middle - size / 2;
    const slack = size * 0.5;
    start = Math.max(began - slack, Math.min(ended + slack - size, start));
    state.from = start;
    state.to = start + size;
    redraw();
}
function zoom(factor, x) {
    const at = x === undefined ? (state.from + state.to) / 2 : timeAt(x);
    show(at - (at - state.from) * factor, at + (state.to - at) * factor);
}
function near(event, x, y) {
    if (event.list) {
        const [x1, y1, x2, y2] = lineOfFrame(event);
        const length = (x2 - x1) ** 2 + (y2 - y1) ** 2 || 1;
        const share = Math.max(0, Math.min(1, ((x - x1) * (x2 - x1) + (y - y1) * (y2 - y1)) / length));
        return Math.hypot(x - x1 - share * (x2 - x1), y - y1 - share * (y2 - y1)) + 1;
    }
    if (event.lane < 0 || event.mark === MARK.VIEW) {
        return Infinity;
    }
    const [mx, my] = spotOf(event);
    return Math.abs(y - my) > bandOf(event.lane) / 2 + 8 ? Infinity : Math.abs(x - mx);
}
function pick(x, y) {
    let best = null;
    let least = 8;
    const reach = 10 / (width() - GUTTER) * (state.to - state.from);
    const at = timeAt(x);
    for (const event of events) {
        if (event.at > at + reach || (event.list ? Math.max(event.came, event.at) : event.at) < at - reach * 3 ||
            !isShown(event)) {
            continue;
        }
        const far = near(event, x, y);
        if (far < least) {
            least = far;
            best = event;
        }
    }
    return best;
}

let drag = null;
stage.addEventListener("pointerdown", event => {
    drag = { x: event.offsetX, from: state.from, to: state.to, isMoved: false };
    stage.setPointerCapture(event.pointerId);
});
stage.addEventListener("pointermove", event => {
    if (!drag) {
        const hover = pick(event.offsetX, event.offsetY);
        if (hover !== state.hover) {
            state.hover = hover;
            stage.title = hover ? lineOf(hover).slice(0, 300) : "";
            redraw();
        }
        return;
    }
    const by = (drag.x - event.offsetX) / (width() - GUTTER - 10) * (drag.to - drag.from);
    drag.isMoved = drag.isMoved || Math.abs(drag.x - event.offsetX) > 3;
    stage.classList.toggle("dragged", drag.isMoved);
    if (drag.isMoved) {
        show(drag.from + by, drag.to + by);
    }
});
stage.addEventListener("pointerup", event => {
    if (drag && !drag.isMoved && event.offsetX < GUTTER) {
        const lane = shownLanes().find(each => Math.abs(laneY(each) - event.offsetY) < weight(each) * laneHeight() / 2);
        state.focus = lane === undefined || lane === state.focus ? -1 : lane;
        listNear();
        redraw();
    } else if (drag && !drag.isMoved) {
        choose(pick(event.offsetX, event.offsetY), false);
    } else {
        listNear();
    }
    drag = null;
    stage.classList.remove("dragged");
});
stage.addEventListener("wheel", event => {
    event.preventDefault();
    if (event.ctrlKey || event.metaKey) {
        zoom(Math.exp(event.deltaY * 0.004), event.offsetX);
    } else {
        const by = (event.deltaX + event.deltaY) / width() * (state.to - state.from);
        show(state.from + by, state.to + by);
    }
}, { passive: false });
function moveWhole(event) {
    if (event.buttons) {
        const at = began + event.offsetX / whole.clientWidth * (ended - began);
        const half = (state.to - state.from) / 2;
        show(at - half, at + half);
    }
}
whole.addEventListener("pointerdown", moveWhole);
whole.addEventListener("pointermove", moveWhole);
whole.addEventListener("pointerup", listNear);

function showLast() {
    /* Where nothing was found, the calm's long silence is not what one wants to see first. */
    let shown = frames.filter(isShown);
    if (!run.finding) {
        const last = shown.map(frame => frame.kind === 2 || frame.kind === 3).lastIndexOf(true);
        shown = last < 0 ? shown : shown.slice(0, last + 12);
    }
    const from = shown.length ? shown[Math.max(0, shown.length - 30 * (run.replicas - 1))].sent : began;
    const to = run.finding || !shown.length ? ended : shown[shown.length - 1].sent;
    show(from - (to - from) * 0.02, to + (to - from) * 0.06);
    listNear();
}
$("back").addEventListener("click", () => step(-1));
$("forth").addEventListener("click", () => step(1));
$("closer").addEventListener("click", () => zoom(0.5));
$("further").addEventListener("click", () => zoom(2));
$("all").addEventListener("click", () => show(began, ended));
$("last").addEventListener("click", showLast);
document.addEventListener("keydown", event => {
    const keys = { ArrowLeft: () => step(-1), ArrowRight: () => step(1), "+": () => zoom(0.5),
        "-": () => zoom(2), "0": () => show(began, ended), End: showLast, Escape: () => choose(null) };
    if (keys[event.key] && !event.ctrlKey && !event.metaKey && event.target.tagName !== "INPUT") {
        event.preventDefault();
        keys[event.key]();
    }
});
for (const name of ["customers", "lost", "traitors"]) {
    $(name).addEventListener("change", () => {
        state[name] = $(name).checked;
        listNear();
        redraw();
    });
}

/* ---- toggles ---- */

function toggle(parent, text, picture, change) {
    const chip = element("span", { className: "kind", tabIndex: 0 });
    chip.setAttribute("role", "switch");
    chip.setAttribute("aria-checked", "true");
    if (picture) {
        chip.append(picture);
    }
    chip.append(text);
    const flip = () => {
        const isOn = change();
        chip.classList.toggle("off", !isOn);
        chip.setAttribute("aria-checked", String(isOn));
        listNear();
        redraw();
    };
    chip.addEventListener("click", flip);
    chip.addEventListener("keydown", event => {
        if (event.key === "Enter" || event.key === " ") {
            event.preventDefault();
            flip();
        }
    });
    parent.append(chip);
}
function stroke(kind) {
    const made = document.createElementNS(SVG, "svg");
    const line = document.createElementNS(SVG, "line");
    made.setAttribute("width", 26);
    made.setAttribute("height", 8);
    for (const [name, value] of [["x1", 0], ["y1", 4], ["x2", 26], ["y2", 4]]) {
        line.setAttribute(name, value);
    }
    line.style.stroke = `var(--k${kind})`;
    line.style.strokeWidth = kind === 2 ? 3 : 2;
    line.style.strokeDasharray = DASHES[kind].join(" ");
    made.append(line);
    return made;
}
const present = new Set(frames.flatMap(frame => [...frame.kinds]));
run.kinds.forEach((name, kind) => {
    if (present.has(kind)) {
        toggle($("kinds"), name, stroke(kind), () => {
            const isOn = !state.kinds.delete(kind);
            if (isOn) {
                state.kinds.add(kind);
            }
            return isOn;
        });
    }
});
for (const name of ["votes", "views", "operations", "others"]) {
    toggle($("marks"), name === "others" ? "other marks" : name, null, () => {
        state.marks[name] = !state.marks[name];
        return state.marks[name];
    });
}

/* ---- the heading ---- */

$("name").textContent = "Seed " + run.seed + (run.finding ? ": " + run.finding[1] + " is broken" : "");
$("game").textContent = `${run.replicas} replicas, f = ${run.f}, ${run.traitors} ` +
    `${run.traitors === 1 ? "traitor" : "traitors"}, ${run.customers} ` +
    `${run.customers === 1 ? "customer" : "customers"}, network ${run.network}, \u0394 ${run.delta / 1e6} ms; ` +
    `${run.orders} orders and ${run.operations} operations in ${seconds(run.end)} s. ` +
    (run.kept < run.events ? `Here: the last ${run.kept} of ${run.events} events, from ${seconds(began)} s on.` : "");
$("again").textContent = run.again;
$("chip").textContent = run.finding ? run.finding[0] : "nothing found";
$("chip").classList.add(run.finding ? "fails" : "holds");
$("verdict").textContent = run.finding ? run.finding[2] : "Every oracle was silent.";

matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => { readColours(); describe(); redraw(); });
addEventListener("resize", redraw);
/* page.html#4711 begins at frame 4711, as a trace numbers it. */
function chooseByAddress() {
    const number = Number(location.hash.slice(1));
    const frame = frames.find(each => each.number === number);
    if (frame) {
        const half = (state.to - state.from) / 2;
        show(frame.at - half, frame.at + half);
        choose(frame, true);
    }
}
addEventListener("hashchange", chooseByAddress);

readColours();
placeLanes();
showLast();
describe();
chooseByAddress();
draw();
})();
