namespace PlatformGitOps.Generator.Apps.Substrate;

/// <summary>The systemd units of a substrate's host.</summary>
internal static class SubstrateUnits
{
    /// <summary>
    /// The server, which may only bind port 53. It restarts a second after it ends, without a limit; its configuration was checked before
    /// it was installed.
    /// </summary>
    public static string Service(SubstrateSettings substrate)
    {
        var paths = SubstratePaths.Of(substrate);
        var configuration = $"{paths.Etc}/{SubstratePaths.Configuration(substrate)}";
        var program = substrate.Server == SubstrateServer.Knot ? $"/usr/sbin/knotd -c {configuration}"
            : $"/usr/sbin/named -f -c {configuration}";
        return $"""
            [Unit]
            Description=DNS of the substrate {substrate.Name}: {substrate.Zone}
            Documentation=man:{(substrate.Server == SubstrateServer.Knot ? "knotd(8)" : "named(8)")}
            Wants=network-online.target
            After=network-online.target
            Conflicts={paths.Unit}
            StartLimitIntervalSec=0

            [Service]
            Type=notify
            ExecStart={program}
            ExecReload=/bin/kill -HUP $MAINPID
            Restart=always
            RestartSec=1
            User={paths.User}
            Group={paths.User}
            StateDirectory={paths.State["/var/lib/".Length..]}
            StateDirectoryMode=0700
            RuntimeDirectory={paths.Run["/run/".Length..]}
            RuntimeDirectoryMode=0700
            LimitNOFILE=1048576
            AmbientCapabilities=CAP_NET_BIND_SERVICE
            CapabilityBoundingSet=CAP_NET_BIND_SERVICE
            {Hardening}
            RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6 AF_NETLINK
            SystemCallFilter=@system-service

            [Install]
            WantedBy=multi-user.target

            """;
    }

    /// <summary>Runs as root: it restarts the service and reads the keys.</summary>
    public static string Verify(SubstrateSettings substrate) => $"""
        [Unit]
        Description=Verifies and repairs the DNS of the substrate {substrate.Name}
        After={SubstratePaths.Service}.service

        [Service]
        Type=oneshot
        ExecStart=/bin/sh {SubstratePaths.Library}/verify.sh --repair
        TimeoutStartSec=5min
        ReadWritePaths={SubstratePaths.Of(substrate).Etc} -{SubstratePaths.Of(substrate).State} -{SubstratePaths.Of(substrate).Run}
        ReadWritePaths=-{SubstratePaths.Metrics}
        CapabilityBoundingSet=CAP_DAC_OVERRIDE CAP_FOWNER
        {Hardening}
        RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6 AF_NETLINK

        """;

    /// <summary>Runs as the server's account, which can read the keys but change nothing.</summary>
    public static string View(SubstrateSettings substrate) => $"""
        [Unit]
        Description=Shows the zones of the substrate {substrate.Name}
        After={SubstratePaths.Service}.service

        [Service]
        ExecStart=/bin/sh {SubstratePaths.Library}/view.sh serve
        Restart=always
        RestartSec=5
        User={SubstratePaths.Of(substrate).User}
        Group={SubstratePaths.Of(substrate).User}
        MemoryMax=256M
        TasksMax=256
        CapabilityBoundingSet=
        {Hardening}
        RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6 AF_NETLINK
        SystemCallFilter=@system-service

        [Install]
        WantedBy=multi-user.target

        """;

    /// <summary>Runs as the server's account: Knot sends its queries through a socket of this unit.</summary>
    public static string Queries(SubstrateSettings substrate) => $"""
        [Unit]
        Description=Keeps what the DNS of the substrate {substrate.Name} is asked
        Before={SubstratePaths.Service}.service

        [Service]
        ExecStart=/bin/sh {SubstratePaths.Library}/queries.sh
        Restart=always
        RestartSec=1
        User={SubstratePaths.Of(substrate).User}
        Group={SubstratePaths.Of(substrate).User}
        StateDirectory={SubstratePaths.Of(substrate).State["/var/lib/".Length..]}
        StateDirectoryMode=0700
        RuntimeDirectory={SubstratePaths.Of(substrate).Run["/run/".Length..]}-queries
        RuntimeDirectoryMode=0700
        MemoryMax=64M
        CapabilityBoundingSet=
        PrivateNetwork=yes
        {Hardening}
        RestrictAddressFamilies=AF_UNIX
        SystemCallFilter=@system-service

        [Install]
        WantedBy=multi-user.target

        """;

    /// <summary>Runs as root: it reads the keys. A host without the key file, such as the secondary, makes no snapshot.</summary>
    public static string Backup(SubstrateSettings substrate) => $"""
        [Unit]
        Description=Keeps the zones and keys of the substrate {substrate.Name}
        After={SubstratePaths.Service}.service
        ConditionPathExists={SubstratePaths.BackupKey}

        [Service]
        Type=oneshot
        ExecStart=/bin/sh {SubstratePaths.Library}/backup.sh create
        TimeoutStartSec=1h
        ReadWritePaths=/var/backups -{SubstratePaths.Of(substrate).State} -{SubstratePaths.Of(substrate).Run}
        CapabilityBoundingSet=CAP_DAC_OVERRIDE CAP_FOWNER CAP_CHOWN
        {Hardening}
        RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6 AF_NETLINK

        """;

    public static string VerifyTimer() => Timer("Verifies and repairs the DNS of the substrate", """
        OnBootSec=2min
        OnUnitActiveSec=5min
        RandomizedDelaySec=30
        """);

    public static string BackupTimer(string what) => Timer($"Keeps {what}, each day", """
        OnCalendar=daily
        Persistent=yes
        RandomizedDelaySec=1h
        """);

    public static string Timer(string description, string when) => $"""
        [Unit]
        Description={description}

        [Timer]
        {when}

        [Install]
        WantedBy=timers.target

        """;

    public const string Hardening = """
        NoNewPrivileges=yes
        ProtectSystem=strict
        ProtectHome=yes
        PrivateTmp=yes
        PrivateDevices=yes
        ProtectKernelTunables=yes
        ProtectKernelModules=yes
        ProtectKernelLogs=yes
        ProtectControlGroups=yes
        ProtectClock=yes
        ProtectHostname=yes
        ProtectProc=invisible
        ProcSubset=pid
        RestrictNamespaces=yes
        RestrictRealtime=yes
        RestrictSUIDSGID=yes
        LockPersonality=yes
        MemoryDenyWriteExecute=yes
        RemoveIPC=yes
        UMask=0077
        SystemCallArchitectures=native
        SystemCallErrorNumber=EPERM
        """;
}
