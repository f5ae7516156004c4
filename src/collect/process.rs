//! What this process may ask of its machine for itself: to be a guest that nobody notices, more rights, its window.

#[cfg(windows)]
use super::windows;

/// Makes the calling thread work when nothing else wants the processor or the disk. Whether it does now: other systems
/// than Windows have no call for it that needs no library in C.
pub fn work_in_background() -> bool {
    #[cfg(windows)]
    return windows::work_in_background();
    #[cfg(not(windows))]
    false
}

/// Whether the window closes with this process: Windows opened it for a double click.
pub fn owns_its_window() -> bool {
    #[cfg(windows)]
    return windows::is_alone_at_console();
    #[cfg(not(windows))]
    false
}

/// Starts this program once more, with administrative rights and no arguments, after Windows asked whether it may.
/// Whether it was started; other systems have no such question.
pub fn restart_elevated() -> bool {
    #[cfg(windows)]
    return std::env::current_exe().is_ok_and(|program| windows::start_elevated(&program));
    #[cfg(not(windows))]
    false
}
