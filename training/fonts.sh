#!/bin/sh
# The font packages that the shipped recognizer was trained with (Debian 12).
set -e
apt-get update
for package in \
    fonts-adf-accanthis fonts-adf-baskervald fonts-adf-gillius fonts-adf-ikarius fonts-adf-irianis \
    fonts-adf-libris fonts-adf-mekanus fonts-adf-oldania fonts-adf-romande fonts-adf-switzera \
    fonts-adf-tribun fonts-adf-universalis fonts-adf-verana fonts-arkpandora \
    fonts-atarismall fonts-averia-gwf fonts-averia-sans-gwf fonts-averia-serif-gwf fonts-b612 \
    fonts-bebas-neue fonts-beteckna fonts-blankenburg fonts-breip fonts-cabin fonts-cabinsketch \
    fonts-cantarell fonts-century-catalog fonts-comfortaa fonts-courier-prime \
    fonts-crosextra-caladea fonts-crosextra-carlito fonts-dancingscript fonts-dejavu-extra \
    fonts-dkg-handwriting fonts-dosis fonts-dustin fonts-ebgaramond fonts-ecolier-court \
    fonts-engadget fonts-evertype-conakry fonts-fanwood fonts-femkeklaver fonts-firacode \
    fonts-freefont-ttf fonts-georgewilliams fonts-gfs-artemisia fonts-gfs-didot \
    fonts-gfs-neohellenic fonts-goudybookletter fonts-hack fonts-hermit fonts-humor-sans \
    fonts-inconsolata fonts-inter fonts-isabella fonts-jetbrains-mono fonts-johnsmith-induni \
    fonts-junction fonts-jura fonts-karla fonts-klaudia-berenika fonts-kristi fonts-lato \
    fonts-league-spartan fonts-leckerli-one fonts-levien-museum fonts-levien-typoscript \
    fonts-liberation fonts-linuxlibertine fonts-lobster fonts-lobstertwo fonts-monofur \
    fonts-mononoki fonts-noto-core fonts-noto-mono fonts-ocr-a fonts-ocr-b fonts-okolaks \
    fonts-oldstandard fonts-open-sans fonts-opendyslexic fonts-oxygen fonts-paratype fonts-play \
    fonts-prociono fonts-quattrocento fonts-radisnoir fonts-roboto fonts-rufscript \
    fonts-sil-andika fonts-sil-charis fonts-sil-gentium fonts-sora fonts-staypuft fonts-stix \
    fonts-texgyre fonts-tiresias fonts-tomsontalks fonts-uralic fonts-urw-base35 fonts-vollkorn \
    fonts-yanone-kaffeesatz ttf-bitstream-vera
do
    apt-get install -y --no-install-recommends "$package" || echo "left out: $package"
done
