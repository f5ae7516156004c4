//! Gives the executable for Windows what its properties show and how it wants to be started. Elsewhere there is nothing
//! to do.

use std::env;
use winresource::WindowsResource;

/// Started with the rights of who starts it; paths may be long; made for Server 2008 R2, 2012, 2012 R2, and 2016 and later,
/// in this order, so that each of them tells its own version.
const MANIFEST: &str = r#"<assembly xmlns="urn:schemas-microsoft-com:asm.v1" manifestVersion="1.0">
<trustInfo xmlns="urn:schemas-microsoft-com:asm.v3"><security><requestedPrivileges>
<requestedExecutionLevel level="asInvoker" uiAccess="false"/>
</requestedPrivileges></security></trustInfo>
<application xmlns="urn:schemas-microsoft-com:asm.v3">
<windowsSettings xmlns:ws2016="http://schemas.microsoft.com/SMI/2016/WindowsSettings">
<ws2016:longPathAware>true</ws2016:longPathAware>
</windowsSettings>
</application>
<compatibility xmlns="urn:schemas-microsoft-com:compatibility.v1"><application>
<supportedOS Id="{35138b9a-5d96-4fbd-8e2d-a2440225f93a}"/>
<supportedOS Id="{4a2f28e3-53b9-4441-ba9c-d69d4a4a6e38}"/>
<supportedOS Id="{1f676c76-80e1-4239-95bb-83d0f6d0da78}"/>
<supportedOS Id="{8e0f7a12-bfb3-4fe8-b9a5-48fd50a15a9a}"/>
</application></compatibility>
</assembly>"#;

/// English, as its texts are.
const LANGUAGE: u16 = 0x0409;

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    println!("cargo:rerun-if-env-changed=CROSS_COMPILE");
    if env::var_os("CARGO_CFG_WINDOWS").is_none() {
        return;
    }
    let resource = WindowsResource::new()
        .set_language(LANGUAGE)
        .set("FileDescription", env!("CARGO_PKG_DESCRIPTION"))
        .set("InternalName", "clusterbrief")
        .set("OriginalFilename", "clusterbrief.exe")
        .set("LegalCopyright", "Copyright (c) 2026 The clusterbrief developers, MIT license")
        .set(
            "Comments",
            "Reads only; opens no network connection. Not affiliated with the vendor of the product.",
        )
        .set_manifest(MANIFEST)
        .compile_for("clusterbrief");
    // Without a resource compiler the program is the same, and scripts/windows-exe fails on one without resources.
    if let Err(error) = resource {
        println!("cargo:warning=the executable gets no version resource and no manifest: {error}");
    }
}
