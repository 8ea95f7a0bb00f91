//! Envoy and nginx as processes of their own, before the local Invoke API.

use std::{
    fmt::Write as _,
    fs::{self, File},
    net::SocketAddr,
    path::PathBuf,
    process::Stdio,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail};
use nix::{
    sys::signal::{Signal, kill},
    unistd::Pid,
};
use tokio::{
    net::TcpStream,
    process::{Child, Command},
    time::{sleep, timeout},
};

use super::{
    functions::KEY,
    peer::{Proxy, Work, tool},
};
use crate::loopback::listen;

/// Far longer than a start takes.
const START_TIMEOUT: Duration = Duration::from_secs(60);
/// As long as a look takes that finds nothing yet.
const LOOK_INTERVAL: Duration = Duration::from_millis(1);

/// The addresses and sizes that a configuration is filled with.
#[derive(Clone, Copy)]
pub struct Setup {
    pub proxy: Proxy,
    pub work: Work,
    pub routes: usize,
    pub invoke_api: SocketAddr,
}

/// A running server, which takes connections; dropped, it is killed.
pub struct ProxyServer {
    pub address: SocketAddr,
    pub pid: u32,
    /// From the start of the process to its first accepted connection.
    pub start: Duration,
    child: Child,
}

impl Setup {
    /// # Errors
    /// The program is not there, or ends, or takes no connections.
    pub async fn start(self) -> Result<ProxyServer> {
        // Free a moment ago.
        let address = listen().await?.local_addr()?;
        let folder = self.write_configuration(address)?;
        let log = folder.join("stderr.log");
        let mut command = self.command(&folder);
        command.current_dir(&folder).stdin(Stdio::null()).stdout(Stdio::null()).stderr(File::create(&log)?);
        let begun_at = Instant::now();
        let mut child = command.kill_on_drop(true).spawn().context(self.proxy.id())?;
        let accepted = async {
            loop {
                if TcpStream::connect(address).await.is_ok() {
                    return Ok(begun_at.elapsed());
                }
                if let Some(status) = child.try_wait()? {
                    let log = fs::read_to_string(&log).unwrap_or_default();
                    bail!("{} ended, {status}: {}", self.proxy.id(), log.lines().last().unwrap_or_default());
                }
                sleep(LOOK_INTERVAL).await;
            }
        };
        let start = timeout(START_TIMEOUT, accepted).await.context("no connection within a minute")??;
        let pid = child.id().context("it has just ended")?;
        Ok(ProxyServer { address, pid, start, child })
    }

    fn command(self, folder: &PathBuf) -> Command {
        match self.proxy {
            Proxy::Envoy => {
                let mut command = Command::new(tool("bin/envoy"));
                command.args(["-c", "envoy.yaml", "--concurrency", "1", "--log-level", "error"]);
                command.args(["--disable-hot-restart"]);
                let credentials = ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"];
                command.envs(credentials.map(|name| (name, "local")));
                command
            }
            Proxy::Nginx => {
                let root = tool("nginx");
                let libraries =
                    ["usr/lib/x86_64-linux-gnu", "lib/x86_64-linux-gnu"].map(|path| root.join(path));
                let mut command = Command::new(root.join("usr/sbin/nginx"));
                command.arg("-p").arg(folder).args(["-c", "nginx.conf", "-e", "stderr"]);
                command
                    .env("LD_LIBRARY_PATH", format!("{}:{}", libraries[0].display(), libraries[1].display()));
                command
            }
        }
    }

    /// Writes the configuration into a folder of its own, and returns that.
    fn write_configuration(self, address: SocketAddr) -> Result<PathBuf> {
        let id = self.proxy.id();
        let folder = tool(&format!("run/{id}-{}-{}", self.work.id(), self.routes));
        fs::create_dir_all(&folder).context("a folder for a server")?;
        match self.proxy {
            Proxy::Envoy => fs::write(folder.join("envoy.yaml"), self.envoy(address))?,
            Proxy::Nginx => {
                fs::write(folder.join("nginx.conf"), self.nginx(address))?;
                fs::write(folder.join("routes.conf"), self.nginx_routes())?;
            }
        }
        Ok(folder)
    }

    fn envoy(self, address: SocketAddr) -> String {
        let filters = match self.work {
            Work::Plain => "",
            Work::Keyed => include_str!("envoy/key_filters.yaml"),
        };
        let mut routes = String::new();
        for number in 0..self.routes {
            let template = format!("/v1/tenants/{{tenant}}/resources-{number}/{{id}}");
            let _infallible = writeln!(
                routes,
                "{}",
                include_str!("envoy/route.yaml").trim_end().replace("@TEMPLATE@", &template)
            );
        }
        include_str!("envoy/envoy.yaml")
            .replace("@KEY_FILTERS@\n", filters)
            .replace("@ROUTES@\n", &routes)
            .replace("@KEY@", KEY)
            .replace("@PORT@", &address.port().to_string())
            .replace("@INVOKE_PORT@", &self.invoke_api.port().to_string())
    }

    fn nginx(self, address: SocketAddr) -> String {
        let check = match self.work {
            Work::Plain => "",
            Work::Keyed => r#"if ($caller = "") { return 403; } limit_req zone=callers burst=1000 nodelay;"#,
        };
        include_str!("nginx/nginx.conf")
            .replace("@KEY_CHECK@", check)
            .replace("@KEY@", KEY)
            .replace("@ROOT@", &tool("nginx").display().to_string())
            .replace("@LISTEN@", &address.to_string())
            .replace("@INVOKE_API@", &self.invoke_api.to_string())
    }

    fn nginx_routes(self) -> String {
        let script = concat!(env!("CARGO_MANIFEST_DIR"), "/bench/peers/nginx/target.lua");
        let mut routes = String::new();
        for number in 0..self.routes {
            let path = format!("^/v1/tenants/(?<tenant>[^/]+)/resources-{number}/(?<id>[^/]+)$");
            let _infallible = writeln!(routes, r#"location ~ "{path}" {{ content_by_lua_file {script}; }}"#);
        }
        routes
    }
}

impl ProxyServer {
    /// Ends it, and waits until it has ended.
    pub async fn stop(mut self) {
        if let Ok(pid) = i32::try_from(self.pid) {
            let _ended_already = kill(Pid::from_raw(pid), Signal::SIGTERM);
        }
        if timeout(Duration::from_secs(5), self.child.wait()).await.is_err() {
            drop(self.child.kill().await);
        }
    }
}
