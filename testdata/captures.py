#!/usr/bin/env python3
"""Captures what a terminal shows: a plan, a run, Ctrl-C, its resumption, a page of mistakes.

    go build -o /tmp/idiolect . && python3 testdata/captures.py /tmp/idiolect

writes docs/terminal.md (without colour) and docs/terminal/*.svg (with it), at 80 and at 120 columns, from screens of
tmux. It trains for real, about a minute for each of the four terminals. Needs Python 3.11 and tmux.
"""
import html, os, re, shutil, subprocess, sys, tempfile, time

HERE = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
PALETTE = {30: "#222", 31: "#c33", 32: "#2a8a3e", 33: "#a67300", 34: "#2f65c9", 35: "#8c3fb0", 36: "#0e7f8c", 37: "#555",
           90: "#888", 91: "#e05050", 92: "#3fae57", 93: "#c08a10", 94: "#4a80e0", 95: "#a65cc9", 96: "#20a0ae", 97: "#999"}
SPEC = "haiku.yaml --set repeats=1"
SCENES = ["plan", "run", "interrupt", "resume", "mistakes"]
TITLES = {
    "plan": "A plan", "run": "A run, under way", "interrupt": "Ctrl-C", "resume": "The same command again: it goes on, and tells its result",
    "mistakes": "A page of mistakes",
}


class Terminal:
    """A tmux session with a shell in a folder that holds a copy of the specs."""

    def __init__(self, program, columns, colour):
        self.name, self.lines = f"idiolect-captures-{os.getpid()}", 45
        self.dir = tempfile.mkdtemp()
        bin = os.path.join(self.dir, "bin")
        os.mkdir(bin)
        shutil.copy(program, os.path.join(bin, "idiolect"))
        self.home = os.path.join(self.dir, "home")
        shutil.copytree(os.path.join(HERE, "specs"), self.home, ignore=shutil.ignore_patterns("*.go", "testdata", "pretrain"))
        shutil.copytree(os.path.join(HERE, "testdata/broken"), os.path.join(self.home, "broken"))
        env = {"PATH": bin + ":/usr/bin:/bin", "HOME": self.home, "TERM": "xterm-256color", "PS1": "$ ", "LANG": "C.UTF-8"}
        if not colour:
            env["NO_COLOR"] = "1"
        self.tmux("new-session", "-d", "-x", str(columns), "-y", str(self.lines), "-c", self.home, "-s", self.name,
                  "env", "-i", *[f"{k}={v}" for k, v in env.items()], "bash", "--norc", "--noprofile")
        self.wait(r"\$$")

    def tmux(self, *args):
        return subprocess.run(["tmux", "-L", self.name, *args], check=True, capture_output=True, text=True).stdout

    def screen(self, colour=False):
        # The program's alternate lines may have scrolled: history is part of what a person sees.
        return self.tmux("capture-pane", "-p", "-t", self.name, "-S", "-200", *(["-e"] if colour else [])).rstrip()

    def type(self, text):
        self.tmux("send-keys", "-t", self.name, "-l", text)
        self.tmux("send-keys", "-t", self.name, "Enter")

    def wait(self, pattern, seconds=300):
        begun = time.time()
        while not re.search(pattern, self.screen()):
            if time.time() - begun > seconds:
                sys.exit(f"no {pattern!r} after {seconds} s on\n{self.screen()}")
            time.sleep(.1)

    def clear(self):
        self.tmux("send-keys", "-t", self.name, "-R", "C-l")
        time.sleep(.3)
        self.tmux("clear-history", "-t", self.name)
        self.wait(r"^\$$")

    def close(self):
        self.tmux("kill-server")
        shutil.rmtree(self.dir, ignore_errors=True)


def scenes(program, columns, colour):
    """Plays all scenes on one terminal, and yields each one's screen."""
    t = Terminal(program, columns, colour)
    try:
        t.clear()
        t.type("idiolect plan " + SPEC)
        t.wait(r"tokens[^\n]*\n+\$$")
        yield "plan", t.screen(colour)
        t.clear()
        t.type("idiolect run " + SPEC)
        t.wait(r"evals.held_out.initial[^\n]*samples")
        time.sleep(1.5)
        yield "run", t.screen(colour)
        t.tmux("send-keys", "-t", t.name, "C-c")
        t.wait(r"\n\$$")
        yield "interrupt", t.screen(colour)
        t.clear()
        t.type("idiolect run " + SPEC)
        t.wait(r"\n\$$")
        yield "resume", t.screen(colour)
        t.clear()
        t.type("cd broken && idiolect validate data_files.yaml")
        t.wait(r"\n\$$")
        yield "mistakes", t.screen(colour)
    finally:
        t.close()


def svg(text, columns):
    """A screen with escape sequences, as a picture."""
    lines = text.split("\n")
    size, height = 8.4, 18
    out = [f'<svg xmlns="http://www.w3.org/2000/svg" width="{columns * size + 24:.0f}" height="{len(lines) * height + 24}" '
           'font-family="ui-monospace,Menlo,Consolas,DejaVu Sans Mono,monospace" font-size="14" fill="#222">',
           '<rect width="100%" height="100%" rx="6" fill="#fff" stroke="#ddd"/>']
    style = {}
    for row, line in enumerate(lines):
        column = 0
        for escape, part in re.findall(r"\x1b\[([0-9;]*)m|([^\x1b]+)", line):
            if not part:
                restyle(style, escape)
                continue
            fill = "".join(f' {k}="{v}"' for k, v in style.items())
            if part.strip():
                lead = len(part) - len(part.lstrip())
                body = part.strip()
                out.append(f'<text x="{12 + (column + lead) * size:.1f}" y="{26 + row * height}" textLength="{len(body) * size:.1f}" '
                           f'lengthAdjust="spacingAndGlyphs" xml:space="preserve"{fill}>{html.escape(body)}</text>')
            column += len(part)
    return "\n".join(out + ["</svg>", ""])


def restyle(style, escape):
    for code in [int(c or 0) for c in escape.split(";")]:
        if code == 0:
            style.clear()
        elif code == 1:
            style["font-weight"] = "bold"
        elif code == 2:
            style["opacity"] = ".6"
        elif code in PALETTE:
            style["fill"] = PALETTE[code]
        elif code == 39:
            style.pop("fill", None)
        elif code == 22:
            style.pop("font-weight", None), style.pop("opacity", None)


def main():
    program = os.path.abspath(sys.argv[1])
    folder = os.path.join(HERE, "docs/terminal")
    os.makedirs(folder, exist_ok=True)
    plain = {}
    for columns in 80, 120:
        for name, screen in scenes(program, columns, False):
            plain[name, columns] = screen
        for name, screen in scenes(program, columns, True):
            with open(f"{folder}/{name}-{columns}.svg", "w") as f:
                f.write(svg(screen, columns))
    with open(os.path.join(HERE, "docs/terminal.md"), "w") as f:
        f.write("# What a terminal shows\n\nScreens of tmux, written by testdata/captures.py: without colour (`NO_COLOR=1`) as text, in colour as pictures.\n")
        for name in SCENES:
            f.write(f"\n## {TITLES[name]}\n")
            for columns in 80, 120:
                f.write(f"\n{columns} columns, in colour: ![{TITLES[name]}](terminal/{name}-{columns}.svg) Without:\n\n```\n{plain[name, columns]}\n```\n")


main()
