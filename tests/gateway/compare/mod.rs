//! `tollgate compare`, as a process between two servers of a test; each report and each message whole.

mod bad_input;
mod differences;
mod echoed_secrets;
mod hostile_answers;
mod selection;
mod sources;

use std::sync::Arc;

use crate::{
    api_file::Folder,
    harness::{Target, tool::Ran},
};

/// The two servers, and a folder with the files of a comparison.
struct TwoApis {
    left: Target,
    right: Target,
    folder: Arc<Folder>,
}

impl TwoApis {
    fn between(left: Target, right: Target, files: &[(&str, &[u8])]) -> Self {
        Self { left, right, folder: Arc::new(Folder::new(files)) }
    }

    /// Two servers that say the same.
    async fn equal(files: &[(&str, &[u8])]) -> Self {
        let api = || Target::of(|_| ok("", "{}"));
        Self::between(api().await, api().await, files)
    }

    /// Runs the command, and gives the whole outcome with `LEFT` and `RIGHT` for the servers.
    async fn compare(&self, arguments: &[&str]) -> String {
        let text = self.run(arguments).await.text(&[]);
        let port = |target: &Target| format!("127.0.0.1:{}", target.port);
        text.replace(&port(&self.left), "LEFT").replace(&port(&self.right), "RIGHT")
    }

    async fn run(&self, arguments: &[&str]) -> Ran {
        let url = |target: &Target| format!("http://127.0.0.1:{}/api", target.port);
        let rate: &[&str] = if arguments.contains(&"--rate") { &[] } else { &["--rate", "1000"] };
        let own = ["compare", "--left", &url(&self.left), "--right", &url(&self.right)];
        let arguments: Vec<String> =
            own.iter().chain(rate).chain(arguments).map(|it| (*it).to_owned()).collect();
        let folder = Arc::clone(&self.folder);
        let run = move || folder.tollgate(&arguments.iter().map(String::as_str).collect::<Vec<_>>());
        tokio::task::spawn_blocking(run).await.unwrap()
    }

    /// The first lines of the requests that the left server got, sorted: some are sent at once.
    fn asked(&self) -> Vec<String> {
        let received = self.left.received();
        let mut lines: Vec<_> = received.iter().map(|it| it.lines().next().unwrap().to_owned()).collect();
        lines.sort();
        lines
    }
}

/// A response with these lines of headers, each ended.
fn ok(headers: &str, body: &str) -> String {
    format!("HTTP/1.1 200 OK\r\n{headers}Content-Length: {}\r\n\r\n{body}", body.len())
}
