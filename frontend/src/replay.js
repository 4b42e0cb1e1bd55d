// Replay of a recorded day on the diagram of a network: <div data-replay="ADDRESS"> holds the SVG and its
// controls; verify/replays.py states what the address answers. Nothing moves before somebody presses play, and
// for readers who want less motion vehicles jump from minute to minute instead of gliding.
const calm = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
const SVG = "http://www.w3.org/2000/svg";
const HOURS = { seconds: 1 / 3600, minutes: 1 / 60, hours: 1, days: 24 };
const LOOKS = { idle: "idle", to_pickup: "empty", to_charger: "empty", to_drop: "loaded" };
const SHAPES = {
  loaded: "M-6 -6H6V6H-6z", empty: "M-6 0A6 6 0 1 0 6 0A6 6 0 1 0 -6 0z",
  busy: "M0 -7L7 0L0 7L-7 0z", idle: "M-5 0A5 5 0 1 0 5 0A5 5 0 1 0 -5 0z",
};

// The last row that begins at or before a time; -1 if none does.
function rowAt(rows, time) {
  let [low, high] = [0, rows.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (rows[middle][0] <= time) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

function pad(number) {
  return String(number).padStart(2, "0");
}

class Replay {
  constructor(root, day) {
    Object.assign(this, { root, day, time: 0, playing: false });
    this.find = (name) => root.querySelector(`[${name}]`);
    this.hours = HOURS[day.time_unit];
    this.stations = [...root.querySelectorAll("[data-station]")].map((group) => ({
      rows: day.stations[group.dataset.station], count: group.querySelector("[data-count]"),
      bar: group.querySelector("[data-bar]"),
    }));
    this.most = Math.max(10, ...Object.values(day.stations).flatMap((rows) => rows.map((row) => row[2])));
    this.lanes = [...root.querySelectorAll("[data-lane]")];
    this.places = new Map([...root.querySelectorAll("[data-place]")].map((group) => {
      const { e, f } = group.transform.baseVal.getItem(0).matrix;
      return [group.dataset.place, { x: e, y: f }];
    }));
    this.vehicles = day.vehicles.map((vehicle) => this.draw(vehicle));
    this.bind();
    this.show();
    this.find("data-replay-bar").hidden = false;
  }

  draw(vehicle) {
    const mark = document.createElementNS(SVG, "path");
    const name = document.createElementNS(SVG, "title");
    name.textContent = vehicle.name;
    mark.append(name);
    this.find("data-vehicles").append(mark);
    return { ...vehicle, mark };
  }

  bind() {
    const [play, at] = [this.find("data-replay-play"), this.find("data-replay-at")];
    play.addEventListener("click", () => (this.playing ? this.pause() : this.play()));
    at.addEventListener("input", () => {
      this.time = (at.value / at.max) * this.day.length;
      this.show();
    });
  }

  play() {
    if (this.time >= this.day.length) this.time = 0;
    this.playing = true;
    this.label("pause");
    this.before = performance.now();
    requestAnimationFrame((now) => this.step(now));
  }

  pause() {
    this.playing = false;
    this.label("play");
  }

  label(word) {
    const button = this.find("data-replay-play");
    button.textContent = button.dataset[word];
  }

  // Model time passes `speed` times as fast as ours.
  step(now) {
    if (!this.playing) return;
    if (!calm || now - this.before > 1000) {
      const seconds = Math.min(now - this.before, 1500) / 1000;
      this.time += (seconds * this.find("data-replay-speed").value) / 3600 / this.hours;
      this.before = now;
      if (this.time >= this.day.length) {
        this.time = this.day.length;
        this.pause();
      }
      this.show();
    }
    requestAnimationFrame((later) => this.step(later));
  }

  show() {
    this.stations.forEach(({ rows, count, bar }) => {
      const [, waiting, inside] = rows[Math.max(0, rowAt(rows, this.time))];
      count.textContent = `${waiting} / ${inside}`;
      bar.setAttribute("width", (132 * Math.min(inside, this.most)) / this.most);
    });
    const standing = new Map();
    this.vehicles.forEach((vehicle) => this.move(vehicle, standing));
    this.find("data-replay-at").value = (this.time / this.day.length) * 1000;
    this.tell();
  }

  move({ states, ways, place, mark }, standing) {
    const state = this.day.states[states[Math.max(0, rowAt(states, this.time))][1]];
    const look = LOOKS[state] ?? "busy";
    mark.setAttribute("class", `vehicle is-${look}`);
    mark.setAttribute("d", SHAPES[look]);
    const row = rowAt(ways, this.time);
    const way = ways[row];
    let at;
    if (way && way[1] > this.time) {
      const lane = this.lanes[way[2]];
      const point = lane.getPointAtLength((lane.getTotalLength() * (this.time - way[0])) / (way[1] - way[0]));
      at = [point.x, point.y];
    } else {
      const name = way ? this.day.lanes[way[2]][1] : this.day.places[place];
      const number = standing.get(name) ?? 0;
      standing.set(name, number + 1);
      const { x, y } = this.places.get(name);
      at = [x + ((number % 8) - 3.5) * 15, y + 22 + 15 * Math.floor(number / 8)];
    }
    mark.setAttribute("transform", `translate(${at[0]} ${at[1]})`);
  }

  tell() {
    const minutes = Math.floor((this.day.start + this.time) * this.hours * 60 + 1e-6);
    this.find("data-replay-clock").textContent =
      `+${Math.floor(minutes / 1440)} ${pad(Math.floor(minutes / 60) % 24)}:${pad(minutes % 60)}`;
    const doors = this.find("data-replay-doors");
    doors.textContent = Object.entries(this.day.calendars).map(([name, rows]) => {
      const open = rows[Math.max(0, rowAt(rows, this.time))][1];
      return `${name} ${open ? doors.dataset.open : doors.dataset.closed}`;
    }).join(" · ");
  }
}

document.querySelectorAll("[data-replay]").forEach(async (root) => {
  const answer = await fetch(root.dataset.replay, { headers: { Accept: "application/json" } });
  const day = answer.ok ? await answer.json() : {};
  if (day.stations) root.replay = new Replay(root, day);
});
