"""Install what the peers need, once, outside the repository.

`python -m bench.peers` makes a virtual environment and a folder of Node packages in the user's cache, or in
the folder that BENCH_PEERS names. It needs Node.js with npm.
"""

import argparse
import os
import shutil
import subprocess
import sys
import venv

from bench.peers import HERE, PATH, home


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.parse_args()
    node = home() / "node"
    node.mkdir(parents=True, exist_ok=True)
    npm = shutil.which("npm", path=PATH)
    if npm is None:
        sys.exit("The peers need Node.js with npm.")
    shutil.copy(HERE / "node" / "package.json", node)
    environment = {**os.environ, "PATH": PATH}
    subprocess.run([npm, "install", "--no-audit", "--no-fund"], cwd=node, env=environment, check=True)
    venv.create(home() / "venv", with_pip=True)
    python = str(home() / "venv" / "bin" / "python")
    wanted = str(HERE / "requirements.txt")
    subprocess.run([python, "-m", "pip", "install", "--quiet", "--prefer-binary", "-r", wanted], check=True)
    print(f"The peers are in {home()}.")


if __name__ == "__main__":
    main()
